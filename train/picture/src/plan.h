// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the renderer will show and when, decided once per piece: scenes with their colours, things and
/// couplings, the pulse trains that move them, flashes. Drawing (scenes.cpp) only reads it.
#include "drive.h"
#include "palette.h"

#include <photoplayer/train/picture_renderer.h>

#include <array>
#include <cstdint>
#include <vector>

namespace photoplayer::train {

inline constexpr float kAspect = 16.0F / 9.0F;  ///< x runs 0…kAspect, y runs 0…1 downwards

enum class ThingShape : std::uint8_t { kDisc, kRing, kBox, kTriangle, kStar, kGlow };

/// Something that moves in front of the background.
struct Thing {
  ThingShape shape = ThingShape::kDisc;
  Rgb colour;
  float alpha = 1.0F;
  float x = 0.0F, y = 0.0F, size = 0.1F;
  float drift_x = 0.0F, drift_y = 0.0F;  ///< per second
  float sway = 0.0F, sway_hz = 0.2F, phase = 0.0F;
  float turn = 0.0F;  ///< radians per second
  float spin = 0.0F;  ///< radians per unit of travel
  float push = 0.0F;  ///< distance per unit of travel, along `push_angle`
  float push_angle = 0.0F;
  float pulse = 0.0F;             ///< growth per unit of level
  float hop = 0.0F;               ///< distance of a hop on each onset of its turn
  int turns = 1, turn_index = 0;  ///< hops on every `turns`-th onset
};

enum class FigureKind : std::uint8_t { kNone, kDancer, kBall, kPendulum, kHands, kSkater };
inline constexpr int kFigures = 5;  ///< without kNone

struct Scene {
  double from_s = 0.0, to_s = 0.0;
  double dissolve_s = 0.0;  ///< 0: hard cut into this scene
  SceneKind kind = SceneKind::kPlain;
  Palette palette;
  std::uint32_t seed = 0;
  float pan = 0.02F;      ///< widths per second
  float pan_push = 0.0F;  ///< widths per unit of travel
  float zoom = 0.0F;      ///< natural log per second
  float punch = 0.0F;     ///< zoom per unit of accent level
  float glow = 0.0F;      ///< exposure per unit of level
  float horizon = 0.6F;
  float detail = 0.5F;                    ///< strength of the texture
  int motion_drive = 0, pulse_drive = 0;  ///< which pulse train
  FigureKind figure = FigureKind::kNone;
  float figure_cycle_beats = 1.0F, figure_x = 0.9F, figure_size = 0.4F, figure_phase = 0.0F;
  float figure_wobble = 0.0F;  ///< nobody is a clock: early and late by this share of a beat
  float falling = 0.0F;        ///< speed of particles: > 0 down, < 0 up
  int particles = 0;
  std::vector<Thing> things;
};

struct Plan {
  double duration_s = 0.0;
  double beat_s = 0.6;  ///< of the picture; not the piece's when mismatched
  double beat_origin_s = 0.0;
  float coupling = 0.0F;
  float grain = 0.0F;
  std::vector<Scene> scenes;
  static constexpr int kDrives = 3;
  std::array<Drive, kDrives> drives;  ///< accents, melody, everything
  Drive flashes;
  std::vector<PlannedEvent> events;
};

[[nodiscard]] Plan make_plan(const Piece& piece, std::uint64_t seed, const RenderSettings& settings);

/// Part of make_plan: fills a scene whose times, kind and palette are set. `strength` is the coupling of this
/// scene.
void furnish(Scene& scene, float arousal, float strength, bool calm, Random& random);

}  // namespace photoplayer::train
