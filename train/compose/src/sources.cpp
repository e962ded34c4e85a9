// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/sources.h>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace photoplayer::train {
namespace {

/// The corpus names its files "lc" and a number; the words of a title may hold those letters, too.
bool is_lieder(std::string_view stem) {
  return stem.size() > 2 && stem.substr(0, 2) == "lc" &&
         std::all_of(stem.begin() + 2, stem.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

Sources count_sources(std::span<const std::string> names) {
  constexpr std::string_view kComposer = "composer:", kExtension = ".mid";
  Sources out;
  for (std::string_view name : names) {
    if (name.substr(0, kComposer.size()) == kComposer) {
      ++out.composed[std::string(name.substr(kComposer.size(), name.rfind(':') - kComposer.size()))];
      ++out.composed_pieces;
      continue;
    }
    if (name.size() > kExtension.size() && name.substr(name.size() - kExtension.size()) == kExtension)
      name.remove_suffix(kExtension.size());
    const bool lieder = is_lieder(name);
    ++(lieder ? out.lieder_segments : out.free_music_segments);
    (lieder ? out.lieder : out.free_music).emplace(name);
  }
  return out;
}

}  // namespace photoplayer::train
