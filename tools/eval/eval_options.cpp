// SPDX-License-Identifier: Apache-2.0
#include "eval/eval_options.h"

namespace photoplayer::tools {

CLI::App* add_eval(CLI::App& app, EvalOptions& options) {
  CLI::App* eval = app.add_subcommand("eval", "Measures music: against its pictures, other music and other scores");
  eval->add_option("--pairs", options.pairs, "Folder of films and music with the same names, by whatever program");
  eval->add_option("--music", options.music, "Folder of recordings to compare with those of --reference");
  eval->add_option("--midi", options.midi, "Folder of MIDI files; with --reference: against those there");
  eval->add_option("--reference", options.reference, "Folder of real music");
  eval->add_option("--yamnet", options.yamnet, "yamnet_spectra_in.tflite, for --music (docs/evaluation.md)");
  eval->add_option("--json", options.json, "File for all numbers");
  eval->add_option("--plots", options.plots, "Folder for PNGs: curves and piano rolls");
  eval->add_flag("!--no-referees", options.referees, "Without aubio, librosa and mir_eval, even if they are installed");
  return eval;
}

Result<void> check(const EvalOptions& options) {
  if (options.pairs.empty() && options.music.empty() && options.midi.empty())
    return fail(ErrorCode::kUsage, "eval needs something to measure: --pairs, --music or --midi");
  if (!options.music.empty() && options.reference.empty())
    return fail(ErrorCode::kUsage, "--music needs --reference, a folder of music to compare with");
  if (!options.music.empty() && options.yamnet.empty())
    return fail(ErrorCode::kUsage,
                "--music needs --yamnet, the weights of the network that listens (docs/evaluation.md)");
  return {};
}

}  // namespace photoplayer::tools
