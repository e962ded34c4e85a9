// SPDX-License-Identifier: Apache-2.0
#include "latency/latency_arguments.h"

#include "named_values.h"

namespace photoplayer::tools {

CLI::App* add_latency(CLI::App& app, LatencyTexts& texts) {
  CLI::App* latency = app.add_subcommand("latency", "Plays live and measures where each millisecond goes");
  LatencyOptions& options = texts.options;
  latency->add_option("--seconds", options.seconds, "Length of the live run")->capture_default_str();
  latency->add_option("--input", options.input, "A film instead of the generated one, shown at its own speed");
  latency->add_option("--bundle", options.bundle, "Model to use (default: the one that was installed)");
  latency->add_option("--mode", options.mode, "aligned: the picture waits for the music; instant: it does not")
      ->transform(
          named_values<stream::Mode>({{"aligned", stream::Mode::kAligned}, {"instant", stream::Mode::kInstant}}));
  latency->add_option("--tempo", options.tempo_bpm, "Beats per minute, 50 to 180 (default: the picture's)");
  latency->add_option("--seed", options.seed, "Of the music and of the generated film")
      ->capture_default_str()
      ->check([](const std::string& text) {
        return std::string(text.find('-') == std::string::npos ? "" : "a seed is not negative");
      });
  latency
      ->add_option("--events", options.events,
                   "How often the reaction to a cut or flash is measured, after the live run")
      ->capture_default_str();
  latency->add_option("--slowdown", texts.slowdown,
                      "F:START:LENGTH, sampling F times slower from START for LENGTH seconds");
  latency->add_option("--json", options.json, "JSON file with all numbers");
  latency->add_option("--plot", options.plot, "PNG file: queue, work and reactions");
  latency->add_option("--trace", options.trace, "Trace of all threads, for ui.perfetto.dev or chrome://tracing");
  return latency;
}

Result<LatencyOptions> finish_latency(const LatencyTexts& texts) {
  LatencyOptions options = texts.options;
  if (!texts.slowdown.empty()) {
    const auto slowdown = parse_slowdown(texts.slowdown);
    if (!slowdown) return tl::unexpected(slowdown.error());
    options.slowdown = *slowdown;
  }
  if (auto ok = check(options); !ok) return tl::unexpected(ok.error());
  return options;
}

}  // namespace photoplayer::tools
