// SPDX-License-Identifier: Apache-2.0
#include "clip_options.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace photoplayer::train {
namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw std::invalid_argument(why);
}

double number(std::string_view option, const std::string& text) {
  try {
    std::size_t used = 0;
    const double value = std::stod(text, &used);
    if (used == text.size()) return value;
  } catch (const std::exception&) {
  }
  refuse(std::string(option) + ": '" + text + "' is not a number");
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
  return parts;
}

int style_index(const std::string& name) {
  for (std::size_t i = 0; i < stream::kStyleNames.size(); ++i) {
    if (name == stream::kStyleNames[i]) return static_cast<int>(i);
  }
  refuse("--style: no style '" + name + "'");
}

/// "time:kind:valence:arousal"; the last two, or three, may be left out.
SceneWish scene_of(const std::string& text) {
  const std::vector<std::string> parts = split(text, ':');
  if (parts.empty() || parts.size() > 4) refuse("--scene: expected TIME:KIND[:VALENCE[:AROUSAL]], got '" + text + "'");
  SceneWish wish;
  wish.from_s = number("--scene", parts[0]);
  if (parts.size() > 1) {
    wish.kind = scene_kind(parts[1]);
    if (!wish.kind) refuse("--scene: no kind '" + parts[1] + "'");
  }
  if (parts.size() > 2) wish.valence = static_cast<float>(number("--scene", parts[2]));
  if (parts.size() > 3) wish.arousal = static_cast<float>(number("--scene", parts[3]));
  return wish;
}

}  // namespace

const char* clip_usage() noexcept {
  return "render_clip -o OUT.mp4|.mkv|.webm [--json EVENTS.json] [--seconds S] [--fps N] [--width W] "
         "[--height H]\n"
         "            [--seed N] [--style NAME] [--tempo BPM] [--valence V] [--arousal A] [--kbps N]\n"
         "            [--cuts T1,T2,…]   hard cuts exactly there, calm between, strong contrast\n"
         "            [--scene TIME:KIND[:VALENCE[:AROUSAL]]]…   scenes of your choice; kinds: hills sea "
         "city bokeh\n"
         "                               shapes rays texture plain\n"
         "            [--plain]          only gradients with a slow shape\n"
         "            [--calm]           no pulses, hops, flashes or figures\n";
}

ClipOptions parse_clip_options(int argc, char** argv) {
  ClipOptions options;
  std::vector<double> cuts;
  bool plain = false;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const auto value = [&]() -> std::string {
      if (i + 1 >= argc) refuse(name + ": a value is missing");
      return argv[++i];
    };
    const auto real = [&] { return number(name, value()); };
    const auto whole = [&] { return static_cast<int>(number(name, value())); };
    if (name == "-o")
      options.output = value();
    else if (name == "--json")
      options.sidecar = value();
    else if (name == "--seconds")
      options.seconds = real();
    else if (name == "--fps")
      options.fps = whole();
    else if (name == "--width")
      options.width = whole();
    else if (name == "--height")
      options.height = whole();
    else if (name == "--seed")
      options.seed = static_cast<std::uint64_t>(real());
    else if (name == "--style")
      options.style = style_index(value());
    else if (name == "--tempo")
      options.tempo_bpm = real();
    else if (name == "--valence")
      options.valence = static_cast<float>(real());
    else if (name == "--arousal")
      options.arousal = static_cast<float>(real());
    else if (name == "--kbps")
      options.bitrate_kbps = whole();
    else if (name == "--scene")
      options.scenes.push_back(scene_of(value()));
    else if (name == "--plain")
      plain = true;
    else if (name == "--calm")
      options.calm = true;
    else if (name == "--cuts") {
      for (const std::string& cut : split(value(), ',')) cuts.push_back(number(name, cut));
    } else
      refuse("unknown option '" + name + "'");
  }
  if (options.output.empty()) refuse("-o is missing");
  if (options.seconds <= 0.0 || options.fps < 1 || options.width < 2 || options.height < 2) {
    refuse("--seconds, --fps, --width and --height must be positive");
  }
  if (!cuts.empty()) {
    if (!options.scenes.empty()) refuse("--cuts and --scene exclude each other");
    std::sort(cuts.begin(), cuts.end());
    if (cuts.front() <= 0.0) refuse("--cuts: times must be after 0");
    options.calm = true;
    options.scenes.push_back({});
    for (const double cut : cuts) {
      if (cut < options.seconds) options.scenes.push_back({cut, std::nullopt, std::nullopt, std::nullopt});
    }
  }
  if (plain) {
    options.calm = true;
    if (options.scenes.empty()) options.scenes.push_back({});
    for (SceneWish& wish : options.scenes) wish.kind = SceneKind::kPlain;
  }
  std::sort(options.scenes.begin(), options.scenes.end(),
            [](const SceneWish& a, const SceneWish& b) { return a.from_s < b.from_s; });
  return options;
}

}  // namespace photoplayer::train
