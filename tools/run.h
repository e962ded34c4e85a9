// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The whole program but for the model and the trainer: parses, does, prints, and turns every outcome into an exit
/// code.
#include "command_line.h"
#include "model_factory.h"

#include <functional>
#include <string>

namespace photoplayer::tools {

/// Runs the training that a config file describes. Empty: this program does not train.
using Trainer = std::function<Result<void>(const std::string& config)>;

/// What a check shows, and in one line why it failed; empty: it did not.
struct Verdict {
  std::string text, failure;
};
/// Empty: this program has no network to check.
using ParityCheck = std::function<Result<Verdict>(const ParityOptions&)>;

/// Results on stdout; one line per error or warning on stderr. Never throws.
[[nodiscard]] int run(int argc, const char* const* argv, const ModelFactory& factory, const Trainer& trainer = {},
                      const ParityCheck& parity = {}) noexcept;

}  // namespace photoplayer::tools
