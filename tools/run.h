// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The whole program but for the model and the trainer: parses, does, prints, and turns every outcome into an exit
/// code.
#include "model_factory.h"

#include <functional>
#include <string>

namespace photoplayer::tools {

/// Runs the training that a config file describes. Empty: this program does not train.
using Trainer = std::function<Result<void>(const std::string& config)>;

/// Results on stdout; one line per error or warning on stderr. Never throws.
[[nodiscard]] int run(int argc, const char* const* argv, const ModelFactory& factory,
                      const Trainer& trainer = {}) noexcept;

}  // namespace photoplayer::tools
