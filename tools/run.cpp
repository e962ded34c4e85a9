// SPDX-License-Identifier: Apache-2.0
#include "run.h"

#include "command_line.h"
#include "eval/eval_command.h"
#include "import_command.h"
#include "inspect_command.h"
#include "latency/latency_command.h"
#include "media/gst_support.h"
#include "score_command.h"
#include "signals.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace photoplayer::tools {
namespace {

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInternal:
      return 1;
    case ErrorCode::kUsage:
      return 2;
    case ErrorCode::kBadInput:
      return 3;
    case ErrorCode::kBadBundle:
      return 4;
    case ErrorCode::kOutput:
      return 5;
    case ErrorCode::kCancelled:
      return 130;
  }
  return 1;
}

/// stdout may be a full disk or a closed pipe.
Result<std::vector<std::string>> print(const std::string& text) {
  if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0) {
    return fail(ErrorCode::kOutput, "cannot write to standard output");
  }
  return std::vector<std::string>();
}

/// Warnings, or an error.
Result<std::vector<std::string>> execute(const Command& command, const ModelFactory& factory, const Trainer& trainer,
                                         const ParityCheck& parity) {
  return std::visit(
      [&](const auto& options) -> Result<std::vector<std::string>> {
        using Options = std::decay_t<decltype(options)>;
        if constexpr (std::is_same_v<Options, Answer>) {
          return print(options.text);
        } else if constexpr (std::is_same_v<Options, InspectOptions>) {
          const auto text = inspect(options);
          if (!text) return tl::unexpected(text.error());
          return print(*text);
        } else if constexpr (std::is_same_v<Options, TrainOptions>) {
          if (!trainer) return fail(ErrorCode::kUsage, "this program was built without the trainer");
          if (auto done = trainer(options.config); !done) return tl::unexpected(done.error());
          return std::vector<std::string>();
        } else if constexpr (std::is_same_v<Options, ImportOptions>) {
          return import_bundle(options, interrupted());
        } else if constexpr (std::is_same_v<Options, EvalOptions>) {
          auto outcome = evaluate(options, interrupted(), factory);
          if (!outcome) return tl::unexpected(outcome.error());
          if (auto printed = print(outcome->text); !printed) return printed;
          return std::move(outcome->warnings);
        } else if constexpr (std::is_same_v<Options, LatencyOptions>) {
          auto outcome = measure_latency(options, factory, interrupted());
          if (!outcome) return tl::unexpected(outcome.error());
          if (auto printed = print(outcome->text); !printed) return printed;
          return std::move(outcome->warnings);
        } else if constexpr (std::is_same_v<Options, ParityOptions>) {
          if (!parity) return fail(ErrorCode::kUsage, "this program was built without networks to check");
          const auto verdict = parity(options);
          if (!verdict) return tl::unexpected(verdict.error());
          auto printed = print(verdict->text);
          if (printed && !verdict->failure.empty()) return fail(ErrorCode::kInternal, verdict->failure);
          return printed;
        } else {
          if (options.verbose) spdlog::set_level(spdlog::level::debug);
          return score(options, factory, interrupted());
        }
      },
      command);
}

int run_or_throw(int argc, const char* const* argv, const ModelFactory& factory, const Trainer& trainer,
                 const ParityCheck& parity) {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("photoplayer"));
  spdlog::set_pattern("photoplayer: %v");
  spdlog::set_level(spdlog::level::warn);
  catch_signals();
  const auto command = parse_command_line(argc, argv);
  const auto outcome = command ? execute(*command, factory, trainer, parity)
                               : Result<std::vector<std::string>>(tl::unexpected(command.error()));
  if (!outcome) {
    spdlog::error("{}", on_one_line(outcome.error().message));
    return exit_code(outcome.error().code);
  }
  for (const std::string& warning : *outcome) spdlog::warn("{}", on_one_line("warning: " + warning));
  return 0;
}

}  // namespace

int run(int argc, const char* const* argv, const ModelFactory& factory, const Trainer& trainer,
        const ParityCheck& parity) noexcept {
  try {
    const int code = run_or_throw(argc, argv, factory, trainer, parity);
    spdlog::drop_all();
    return code;
  } catch (const std::exception& thrown) {
    std::fprintf(stderr, "photoplayer: internal error: %s\n", thrown.what());
  } catch (...) {
    std::fprintf(stderr, "photoplayer: internal error\n");
  }
  return 1;
}

}  // namespace photoplayer::tools
