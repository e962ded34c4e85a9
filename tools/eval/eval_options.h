// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What `photoplayer eval` was asked to measure.
#include <photoplayer/stream/result.h>

#include <CLI/CLI.hpp>

#include <filesystem>

namespace photoplayer::tools {

struct EvalOptions {
  std::filesystem::path pairs;      ///< folder of films and music with the same names
  std::filesystem::path music;      ///< folder of recordings, to be compared with those of `reference`
  std::filesystem::path midi;       ///< folder of scores, likewise
  std::filesystem::path reference;  ///< folder; empty: scores alone
  std::filesystem::path yamnet;     ///< weights; empty: what needs them is left out, and said so
  bool controls = false;            ///< runs of the engine: does it do what it is told?
  double long_s = 0.0;              ///< one long run of the engine; 0: none
  std::filesystem::path bundle;     ///< for these two; empty: the default one
  int seeds = 12;                   ///< of `controls`: films and pieces
  double seconds = 16.0;            ///< of each of its runs
  std::filesystem::path json, plots;
  bool referees = true;
};

/// `options` is filled while `app` parses.
CLI::App* add_eval(CLI::App& app, EvalOptions& options);
/// Combinations. Fails with kUsage.
[[nodiscard]] Result<void> check(const EvalOptions& options);

}  // namespace photoplayer::tools
