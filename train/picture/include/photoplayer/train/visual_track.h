// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the player's own eyes see of a rendered picture, on the grid of the piece. Training conditions come
/// from here, through the same FastPath, Timeline::glance and histogram as playing, so that the two agree.
#include <photoplayer/stream/timeline.h>
#include <photoplayer/train/picture_renderer.h>
#include <photoplayer/train/piece.h>

#include <cstdint>
#include <vector>

namespace photoplayer::train {

struct TrackSettings {
  RenderSettings render;
  int fps = 0;          ///< 0: drawn from 10, 12, 15, 24, 30, mostly the slow ones
  bool colours = true;  ///< false: leave `colours` empty, which saves a fifth of the time
};

struct VisualTrack {
  std::vector<stream::Glance> glances;      ///< [beats · 4], one per sixteenth
  std::vector<float> colours;               ///< [seconds, stream::kColourDims]: row s is the picture at time s
  std::vector<stream::VisualEvent> events;  ///< what was detected
  std::vector<PlannedEvent> planned;        ///< what was drawn
  float coupling = 0.0F;                    ///< how strongly the picture followed the music
  int fps = 0;
  int seconds = 0;  ///< rows of `colours`
};

/// Renders and looks. Deterministic by (piece, seed, settings); any thread.
[[nodiscard]] VisualTrack see_piece(const Piece& piece, std::uint64_t seed, const TrackSettings& settings = {});

}  // namespace photoplayer::train
