// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <array>
#include <cctype>

namespace photoplayer::gst {

bool parse_key(const std::string& text, stream::Controls& controls) {
  if (text.empty() || text == "auto") {
    controls.key.reset();
    controls.scale.reset();
    return true;
  }
  constexpr std::array<int, 7> kNatural = {9, 11, 0, 2, 4, 5, 7};  // A … G
  const int letter = std::toupper(static_cast<unsigned char>(text[0])) - 'A';
  if (letter < 0 || letter >= 7) return false;
  int tonic = kNatural[static_cast<std::size_t>(letter)];
  std::size_t at = 1;
  if (at < text.size() && (text[at] == '#' || text[at] == 'b')) tonic += text[at++] == '#' ? 1 : -1;
  while (at < text.size() && text[at] == ' ') ++at;
  const std::string mode = text.substr(at);
  std::optional<stream::ScaleMode> scale;
  if (mode == "m" || mode == "minor" || mode == "min")
    scale = stream::ScaleMode::kMinor;
  else if (mode == "major" || mode == "maj")
    scale = stream::ScaleMode::kMajor;
  else if (mode == "dorian")
    scale = stream::ScaleMode::kDorian;
  else if (mode == "mixolydian")
    scale = stream::ScaleMode::kMixolydian;
  else if (!mode.empty())
    return false;
  controls.key = (tonic + 12) % 12;
  controls.scale = scale;
  return true;
}

}  // namespace photoplayer::gst
