// SPDX-License-Identifier: Apache-2.0
#include "photoplayer/model/synthesiser.h"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace photoplayer::model {
namespace {

/// In order of preference; the table of styles was tuned with the first.
constexpr std::array<const char*, 6> kPlaces = {
    "/usr/share/sounds/sf2/FluidR3_GM.sf2",              // Debian: fluid-soundfont-gm
    "/usr/share/soundfonts/FluidR3_GM.sf2",              // Fedora, Arch
    "/usr/share/sounds/sf3/MuseScore_General_Full.sf3",  // Debian: musescore-general-soundfont
    "/usr/share/sounds/sf3/MuseScore_General.sf3",
    "/usr/share/sounds/sf3/MuseScore_General_Lite.sf3",
    "/usr/share/sounds/sf3/FluidR3Mono_GM.sf3",  // Debian: fluidr3mono-gm-soundfont
};
constexpr std::array<const char*, 2> kLastResorts = {
    "/usr/share/sounds/sf2/TimGM6mb.sf2",  // Debian: timgm6mb-soundfont
    "/usr/share/sounds/sf2/default-GM.sf2",
};
constexpr const char* kAdvice = "install one (Debian: apt install fluid-soundfont-gm) or set PHOTOPLAYER_SOUNDFONT";

bool is_file(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

/// A whole RIFF with an sfbk form. Checked here because FluidSynth tries other loaders on what it cannot read, and
/// theirs print.
Result<SoundfontChoice> checked(SoundfontChoice choice) {
  std::ifstream file(choice.path, std::ios::binary);
  std::string head(12, '\0');
  file.read(head.data(), 12);
  if (!file || !head.starts_with("RIFF") || !head.ends_with("sfbk")) {
    return fail(ErrorCode::kOutput, "'" + choice.path + "' is not a soundfont (.sf2, .sf3); " + kAdvice);
  }
  std::uintmax_t claimed = 8;
  for (std::size_t i = 0; i < 4; ++i) claimed += std::uintmax_t{static_cast<unsigned char>(head[4 + i])} << (8 * i);
  std::error_code error;
  if (const auto size = std::filesystem::file_size(choice.path, error); !error && size < claimed) {
    return fail(ErrorCode::kOutput, "soundfont '" + choice.path + "' is cut off: " + std::to_string(size) + " of " +
                                        std::to_string(claimed) + " bytes; " + kAdvice);
  }
  return choice;
}

}  // namespace

Result<SoundfontChoice> find_soundfont(const std::string& explicit_path) {
  if (!explicit_path.empty()) {
    if (is_file(explicit_path)) return checked({explicit_path, {}});
    return fail(ErrorCode::kOutput, "soundfont '" + explicit_path + "' is not a file; " + kAdvice);
  }
  const char* environment = std::getenv("PHOTOPLAYER_SOUNDFONT");
  if (environment != nullptr && *environment != '\0') {
    if (is_file(environment)) return checked({environment, {}});
    return fail(ErrorCode::kOutput,
                std::string("PHOTOPLAYER_SOUNDFONT '") + environment + "' is not a file; " + kAdvice);
  }
  for (const char* place : kPlaces) {
    if (is_file(place)) return checked({place, {}});
  }
  for (const char* place : kLastResorts) {
    if (is_file(place)) {
      return checked({place, std::string("playing with the small soundfont ") + place +
                                 "; for the sound the styles are made for: apt install fluid-soundfont-gm"});
    }
  }
  return fail(ErrorCode::kOutput, std::string("no General MIDI soundfont found; ") + kAdvice);
}

}  // namespace photoplayer::model
