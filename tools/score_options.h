// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What `photoplayer score` was asked to do, checked as far as that is possible without opening a file.
#include <photoplayer/stream/controls.h>
#include <photoplayer/stream/engine.h>
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace photoplayer::tools {

enum class OutputKind { kWav, kFlac, kMp4, kMkv, kMid };
enum class KeepSound { kOff, kMix, kTrack };

struct ScoreOptions {
  std::filesystem::path film;
  std::filesystem::path output;
  std::filesystem::path bundle;  ///< empty: the default one
  std::uint64_t seed = 1;
  std::optional<int> steps;        ///< unset: what suits the bundle
  std::optional<double> guidance;  ///< likewise
  stream::Mode mode = stream::Mode::kAligned;
  stream::Controls controls;
  std::filesystem::path stems_folder;  ///< empty: no stems
  KeepSound keep_sound = KeepSound::kOff;
  bool realtime = false;
  std::filesystem::path report;  ///< empty: no report
  bool verbose = false;
};

/// By the name's ending, in any case.
[[nodiscard]] std::optional<OutputKind> output_kind(const std::filesystem::path& output);

struct Key {
  int tonic = 0;                           ///< pitch class, 0 = C
  std::optional<stream::ScaleMode> scale;  ///< unset: follow the picture
};
/// "C", "F#", "Bb", "Am", "A minor", "D dorian"; case of the letter does not matter, "m" is minor.
[[nodiscard]] std::optional<Key> parse_key(std::string_view text);
[[nodiscard]] const char* tonic_name(int tonic) noexcept;
[[nodiscard]] const char* scale_name(stream::ScaleMode scale) noexcept;
[[nodiscard]] std::optional<int> parse_style(std::string_view text);

/// Ranges and combinations. Fails with kUsage.
[[nodiscard]] Result<void> check(const ScoreOptions& options);

}  // namespace photoplayer::tools
