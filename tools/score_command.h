// SPDX-License-Identifier: Apache-2.0
#pragma once
/// `photoplayer score`: joins film, model, engine and files. Either every result exists when it returns, or none does.
#include "model_factory.h"
#include "score_options.h"

#include <photoplayer/stream/result.h>

#include <atomic>
#include <string>
#include <vector>

namespace photoplayer::tools {

/// Warnings for the user, at most three. Caller: control.
[[nodiscard]] Result<std::vector<std::string>> score(const ScoreOptions& options, const ModelFactory& factory,
                                                     const std::atomic<bool>& cancelled);

}  // namespace photoplayer::tools
