// SPDX-License-Identifier: Apache-2.0
#include "command_line.h"

#include "import_options.h"
#include "latency/latency_arguments.h"
#include "named_values.h"

#include <CLI/CLI.hpp>

#include <optional>

namespace photoplayer::tools {
namespace {

std::string style_list() {
  std::string list;
  for (const char* name : stream::kStyleNames) list += (list.empty() ? "" : ", ") + std::string(name);
  return list;
}

/// Text options are turned into values after parsing, where a message can be better than CLI11's.
struct ScoreTexts {
  std::string style, key;
};

CLI::App* add_score(CLI::App& app, ScoreOptions& options, ScoreTexts& texts) {
  CLI::App* score = app.add_subcommand("score", "Makes music for a film");
  stream::Controls& controls = options.controls;
  score->add_option("IN", options.film, "The film: anything that GStreamer decodes")->required();
  score->add_option("-o,--output", options.output, "Result: .wav, .flac, .mp4, .mkv or .mid")->required();
  score->add_option("--bundle", options.bundle, "Model to use (default: the one that was installed)");
  score->add_option("--seed", options.seed, "Same seed, same music")
      ->capture_default_str()
      // The number parser takes -1 for the largest number there is.
      ->check([](const std::string& text) {
        return std::string(text.find('-') == std::string::npos ? "" : "a seed is not negative");
      });
  score->add_option("--steps", options.steps, "Sampling steps per window (default: what suits the bundle)");
  score->add_option("--guidance", options.guidance, "How strongly the picture is followed (default: likewise)");
  score->add_option("--mode", options.mode, "aligned: accents on the cuts; instant: shortly after")
      ->transform(
          named_values<stream::Mode>({{"aligned", stream::Mode::kAligned}, {"instant", stream::Mode::kInstant}}));
  score->add_option("--style", texts.style, "One of " + style_list());
  score->add_option("--tempo", controls.tempo_bpm, "Beats per minute, 50 to 180");
  score->add_option("--key", texts.key, "C, F#, Bb, Am, \"D dorian\"");
  score->add_option("--valence", controls.valence, "-1 sad to 1 happy");
  score->add_option("--arousal", controls.arousal, "-1 calm to 1 excited");
  score->add_option("--density", controls.density, "0 sparse to 1 busy");
  score->add_option("--intensity", controls.intensity, "Loudness and number of layers, 0 bare to 1 full");
  score->add_option("--follow", controls.follow, "How strongly the picture leads, 0 to 1 (default: 1)");
  score->add_option("--stems", options.stems_folder, "Folder for one WAV per layer");
  score->add_option("--keep-sound", options.keep_sound, "The film's own sound: off, mix or (mp4, mkv) track")
      ->transform(
          named_values<KeepSound>({{"off", KeepSound::kOff}, {"mix", KeepSound::kMix}, {"track", KeepSound::kTrack}}));
  score->add_flag("--realtime", options.realtime, "At the film's own speed instead of as fast as possible");
  score->add_option("--report", options.report, "JSON file: what was made, how, and how fast");
  score->add_flag("-v,--verbose", options.verbose, "Say more on stderr");
  return score;
}

Result<void> finish_score(ScoreOptions& options, const ScoreTexts& texts) {
  if (!texts.style.empty()) {
    options.controls.style = parse_style(texts.style);
    if (!options.controls.style) {
      return fail(ErrorCode::kUsage, "there is no style '" + texts.style + "'; take one of " + style_list());
    }
  }
  if (!texts.key.empty()) {
    const auto key = parse_key(texts.key);
    if (!key) {
      return fail(ErrorCode::kUsage, "'" + texts.key + "' is no key; write C, F#, Bb, Am or \"D dorian\"");
    }
    options.controls.key = key->tonic;
    options.controls.scale = key->scale;
  }
  return check(options);
}

std::string first_line(std::string text) {
  text.erase(std::min(text.find('\n'), text.size()));
  return text;
}

}  // namespace

Result<Command> parse_command_line(int argc, const char* const* argv) {
  CLI::App app("Live music for live video", "photoplayer");
  app.set_version_flag("--version", std::string("photoplayer " PHOTOPLAYER_VERSION));
  app.require_subcommand(1);
  ScoreOptions score;
  ScoreTexts texts;
  InspectOptions inspect;
  const CLI::App* score_app = add_score(app, score, texts);
  CLI::App* inspect_app = app.add_subcommand("inspect", "Checks a bundle and shows what is in it");
  inspect_app->add_option("BUNDLE", inspect.bundle, "A bundle")->required();
  inspect_app->add_flag("--json", inspect.json, "As JSON");
  TrainOptions train;
  CLI::App* train_app = app.add_subcommand("train", "Trains a bundle; stop and start again to resume");
  train_app->add_option("CONFIG", train.config, "A JSON file, see train/README.md")->required();
  ImportTexts import;
  const CLI::App* import_app = add_import(app, import);
  ParityOptions parity;
  CLI::App* parity_app = app.add_subcommand("parity", "Recomputes reference tensors and shows how far off they are");
  parity_app->add_option("FILE", parity.file, "A .safetensors file with inputs, weights and results")->required();
  parity_app->add_flag("--json", parity.json, "As JSON");
  LatencyTexts latency;
  const CLI::App* latency_app = add_latency(app, latency);
  EvalOptions eval;
  const CLI::App* eval_app = add_eval(app, eval);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return Answer{app.help()};
  } catch (const CLI::CallForAllHelp&) {
    return Answer{app.help("", CLI::AppFormatMode::All)};
  } catch (const CLI::CallForVersion& version) {
    return Answer{std::string(version.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    return fail(ErrorCode::kUsage, first_line(error.what()) + " (photoplayer --help shows the options)");
  }
  if (train_app->parsed()) return train;
  if (parity_app->parsed()) return parity;
  if (eval_app->parsed()) {
    if (auto ok = check(eval); !ok) return tl::unexpected(ok.error());
    return eval;
  }
  if (import_app->parsed()) {
    auto asked = finish_import(import);
    if (!asked) return tl::unexpected(asked.error());
    return std::move(*asked);
  }
  if (latency_app->parsed()) {
    auto asked = finish_latency(latency);
    if (!asked) return tl::unexpected(asked.error());
    return std::move(*asked);
  }
  if (!score_app->parsed()) return inspect;
  if (auto ok = finish_score(score, texts); !ok) return tl::unexpected(ok.error());
  return score;
}

}  // namespace photoplayer::tools
