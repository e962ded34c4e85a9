// SPDX-License-Identifier: Apache-2.0
#include "score_options.h"

#include "media/stem_files.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <string>
#include <system_error>
#include <vector>

namespace photoplayer::tools {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

tl::unexpected<Error> usage(const std::string& reason) {
  return fail(ErrorCode::kUsage, reason);
}

/// False for NaN as well.
bool inside(double value, double lowest, double highest) {
  return value >= lowest && value <= highest;
}

Result<void> check_range(const char* option, double value, double lowest, double highest) {
  if (inside(value, lowest, highest)) return {};
  char text[160];
  std::snprintf(text, sizeof text, "%s is %g; it must be from %g to %g", option, value, lowest, highest);
  return usage(text);
}

/// By any name: links, "./", "..".
bool same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code none;
  if (std::filesystem::equivalent(a, b, none)) return true;
  const auto one = std::filesystem::weakly_canonical(std::filesystem::absolute(a, none), none);
  const auto other = std::filesystem::weakly_canonical(std::filesystem::absolute(b, none), none);
  return !one.empty() && one == other;
}

/// Nothing is written over what is read, and nothing twice.
Result<void> check_names(const ScoreOptions& options) {
  std::vector<std::filesystem::path> results = {options.output};
  if (!options.report.empty()) results.push_back(options.report);
  for (int i = 0; i < stream::kLayers && !options.stems_folder.empty(); ++i) {
    results.push_back(stem_path(options.stems_folder, static_cast<stream::Layer>(i)));
  }
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string name = "'" + results[i].string() + "'";
    if (same_file(options.film, results[i])) return usage(name + " is the film itself; give another name");
    if (!options.bundle.empty() && same_file(options.bundle, results[i])) {
      return usage(name + " is the bundle itself; give another name");
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (same_file(results[j], results[i])) {
        return usage(name + " would be written twice, among the output, --report and --stems; give different names");
      }
    }
  }
  return {};
}

}  // namespace

std::optional<OutputKind> output_kind(const std::filesystem::path& output) {
  const std::string ending = lower(output.extension().string());
  if (ending == ".wav") return OutputKind::kWav;
  if (ending == ".flac") return OutputKind::kFlac;
  if (ending == ".mp4") return OutputKind::kMp4;
  if (ending == ".mkv") return OutputKind::kMkv;
  if (ending == ".mid") return OutputKind::kMid;
  return std::nullopt;
}

std::optional<Key> parse_key(std::string_view text) {
  constexpr std::array<int, 7> kPitchOfLetter = {9, 11, 0, 2, 4, 5, 7};  // A … G
  if (text.empty()) return std::nullopt;
  const int letter = std::toupper(static_cast<unsigned char>(text[0])) - 'A';
  if (letter < 0 || letter > 6) return std::nullopt;
  Key key{kPitchOfLetter[static_cast<std::size_t>(letter)], std::nullopt};
  text.remove_prefix(1);
  if (!text.empty() && (text[0] == '#' || text[0] == 'b')) {
    key.tonic = (key.tonic + (text[0] == '#' ? 1 : 11)) % 12;
    text.remove_prefix(1);
  }
  if (text == "m") {
    key.scale = stream::ScaleMode::kMinor;
    return key;
  }
  if (!text.empty() && (text[0] == ' ' || text[0] == '-' || text[0] == ':')) text.remove_prefix(1);
  if (text.empty()) return key;
  const std::string name = lower(std::string(text));
  for (int i = 0; i < stream::kScaleModes; ++i) {
    const auto scale = static_cast<stream::ScaleMode>(i);
    if (name == scale_name(scale) || name == std::string(scale_name(scale)).substr(0, 3)) {
      key.scale = scale;
      return key;
    }
  }
  return std::nullopt;
}

const char* tonic_name(int tonic) noexcept {
  constexpr std::array<const char*, 12> kNames = {"C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"};
  return kNames[static_cast<std::size_t>(((tonic % 12) + 12) % 12)];
}

const char* scale_name(stream::ScaleMode scale) noexcept {
  switch (scale) {
    case stream::ScaleMode::kMajor:
      return "major";
    case stream::ScaleMode::kMinor:
      return "minor";
    case stream::ScaleMode::kDorian:
      return "dorian";
    case stream::ScaleMode::kMixolydian:
      return "mixolydian";
  }
  return "?";
}

std::optional<int> parse_style(std::string_view text) {
  const std::string name = lower(std::string(text));
  for (int i = 0; i < stream::kStyles; ++i) {
    if (name == stream::kStyleNames[static_cast<std::size_t>(i)]) return i;
  }
  return std::nullopt;
}

Result<void> check(const ScoreOptions& options) {
  const auto kind = output_kind(options.output);
  if (!kind) {
    return usage("the output '" + options.output.string() + "' must end in .wav, .flac, .mp4, .mkv or .mid");
  }
  const bool film = *kind == OutputKind::kMp4 || *kind == OutputKind::kMkv;
  if (options.keep_sound == KeepSound::kTrack && !film) {
    return usage("--keep-sound track needs an output that ends in .mp4 or .mkv");
  }
  if (options.keep_sound != KeepSound::kOff && *kind == OutputKind::kMid) {
    return usage("--keep-sound does not go with a .mid file, which holds notes and no sound");
  }
  if (options.film.empty()) return usage("no film was given");
  if (auto ok = check_names(options); !ok) return ok;

  const stream::Controls& controls = options.controls;
  if (auto ok = check_range("--steps", options.steps.value_or(1), 1, 1000); !ok) return ok;
  if (auto ok = check_range("--guidance", options.guidance.value_or(0), 0, 20); !ok) return ok;
  if (auto ok = check_range("--tempo", controls.tempo_bpm.value_or(60), 50, 180); !ok) return ok;
  if (auto ok = check_range("--valence", controls.valence.value_or(0), -1, 1); !ok) return ok;
  if (auto ok = check_range("--arousal", controls.arousal.value_or(0), -1, 1); !ok) return ok;
  if (auto ok = check_range("--density", controls.density.value_or(0), 0, 1); !ok) return ok;
  if (auto ok = check_range("--intensity", controls.intensity.value_or(0), 0, 1); !ok) return ok;
  return check_range("--follow", controls.follow, 0, 1);
}

}  // namespace photoplayer::tools
