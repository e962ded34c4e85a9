// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the command line of render_clip asks for.
#include <photoplayer/train/picture_renderer.h>

#include <cstdint>
#include <string>
#include <vector>

namespace photoplayer::train {

struct ClipOptions {
  std::string output;   ///< .mp4, .mkv or .webm
  std::string sidecar;  ///< JSON with the events; empty: none
  double seconds = 20.0;
  int fps = 25;
  int width = 640, height = 360;
  std::uint64_t seed = 1;
  int style = -1;  ///< index into stream::kStyleNames
  double tempo_bpm = 96.0;
  float valence = 0.3F, arousal = 0.1F;
  int bitrate_kbps = 900;
  std::vector<SceneWish> scenes;  ///< from --cuts and --scene
  bool calm = false;
};

/// Throws std::invalid_argument with one line for the user.
[[nodiscard]] ClipOptions parse_clip_options(int argc, char** argv);
[[nodiscard]] const char* clip_usage() noexcept;

}  // namespace photoplayer::train
