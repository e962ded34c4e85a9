// SPDX-License-Identifier: Apache-2.0
#pragma once
/// argv to options. Does nothing else, so that each command can be tested without one.
#include "eval/eval_options.h"
#include "import_command.h"
#include "inspect_command.h"
#include "latency/latency_options.h"
#include "score_options.h"

#include <photoplayer/stream/result.h>

#include <string>
#include <variant>

namespace photoplayer::tools {

/// Text for stdout and success: --help, --version.
struct Answer {
  std::string text;
};

struct TrainOptions {
  std::string config;  ///< JSON file
};

struct ParityOptions {
  std::string file;  ///< safetensors
  bool json = false;
};

using Command = std::variant<Answer, ScoreOptions, InspectOptions, TrainOptions, ParityOptions, ImportOptions,
                             LatencyOptions, EvalOptions>;

/// Fails with kUsage and one line.
[[nodiscard]] Result<Command> parse_command_line(int argc, const char* const* argv);

}  // namespace photoplayer::tools
