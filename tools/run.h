// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The whole program but for the model: parses, does, prints, and turns every outcome into an exit code.
#include "model_factory.h"

namespace photoplayer::tools {

/// Results on stdout; one line per error or warning on stderr. Never throws.
[[nodiscard]] int run(int argc, const char* const* argv, const ModelFactory& factory) noexcept;

}  // namespace photoplayer::tools
