// SPDX-License-Identifier: Apache-2.0
#include "eval/eval_options.h"

namespace photoplayer::tools {

CLI::App* add_eval(CLI::App& app, EvalOptions& options) {
  CLI::App* eval = app.add_subcommand("eval", "Measures music: against its pictures, other music and other scores");
  eval->add_option("--pairs", options.pairs, "Folder of films and music with the same names, by whatever program");
  eval->add_option("--music", options.music, "Folder of recordings to compare with those of --reference");
  eval->add_option("--midi", options.midi, "Folder of MIDI files; with --reference: against those there");
  eval->add_option("--reference", options.reference, "Folder of real music");
  eval->add_option("--yamnet", options.yamnet,
                   "yamnet_spectra_in.tflite, for --music and --controls (docs/evaluation.md)");
  eval->add_flag("--controls", options.controls, "Whether a bundle obeys its controls and tells pictures apart");
  eval->add_option("--long", options.long_s, "Seconds of one long run: whether it goes round in circles, or drifts");
  eval->add_option("--bundle", options.bundle, "For these two (default: the one that was installed)");
  eval->add_option("--seeds", options.seeds, "Films and pieces for --controls, 26 runs each")->capture_default_str();
  eval->add_option("--seconds", options.seconds, "Length of each of these runs")->capture_default_str();
  eval->add_option("--json", options.json, "File for all numbers");
  eval->add_option("--plots", options.plots, "Folder for PNGs: curves and piano rolls");
  eval->add_flag("!--no-referees", options.referees, "Without aubio, librosa and mir_eval, even if they are installed");
  return eval;
}

Result<void> check(const EvalOptions& options) {
  if (options.pairs.empty() && options.music.empty() && options.midi.empty() && !options.controls &&
      options.long_s == 0.0)
    return fail(ErrorCode::kUsage, "eval needs something to measure: --pairs, --music, --midi, --controls or --long");
  if (options.seeds < 2 || options.seeds > 1000)
    return fail(ErrorCode::kUsage, "--seeds is " + std::to_string(options.seeds) + ", allowed is 2 to 1000");
  if (!(options.seconds >= 4.0 && options.seconds <= 120.0))
    return fail(ErrorCode::kUsage, "--seconds is " + std::to_string(options.seconds) + ", allowed is 4 to 120");
  if (options.long_s != 0.0 && !(options.long_s >= 10.0 && options.long_s <= 86400.0))
    return fail(ErrorCode::kUsage, "--long is " + std::to_string(options.long_s) + ", allowed is 10 to 86400");
  if (!options.music.empty() && options.reference.empty())
    return fail(ErrorCode::kUsage, "--music needs --reference, a folder of music to compare with");
  if (!options.music.empty() && options.yamnet.empty())
    return fail(ErrorCode::kUsage,
                "--music needs --yamnet, the weights of the network that listens (docs/evaluation.md)");
  return {};
}

}  // namespace photoplayer::tools
