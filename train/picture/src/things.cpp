// SPDX-License-Identifier: Apache-2.0
/// What moves in front: things pushed by pulse trains, particles, and figures that keep the beat.
#include "canvas.h"

#include <cmath>

namespace photoplayer::train {
namespace {

constexpr float kPi = 3.14159265F;

/// Into [−margin, size + margin), so that what leaves on one side comes back on the other.
float wrap(float x, float size, float margin) noexcept {
  const float span = size + 2.0F * margin;
  x = (x + margin) / span;
  return (x - std::floor(x)) * span - margin;
}

void draw_thing(const Thing& thing, const Moment& moment, std::uint32_t seed, bool wraps, Canvas& canvas) {
  const float t = moment.local_s;
  const float sway = 2.0F * kPi * thing.sway_hz * t + thing.phase;
  const float pushed = thing.push * moment.travelled;
  float x = thing.x + thing.drift_x * t + thing.sway * std::sin(sway) + pushed * std::cos(thing.push_angle);
  float y = thing.y + thing.drift_y * t + thing.sway * std::cos(0.8F * sway) + pushed * std::sin(thing.push_angle);
  if (thing.hop > 0.0F && moment.count > 0) {
    const int hops = (moment.count + thing.turn_index) / thing.turns;
    const bool mine = (moment.count + thing.turn_index) % thing.turns == 0;
    const auto at = [&](int hop, std::uint32_t axis) {
      return thing.hop * (2.0F * hash01(static_cast<std::uint32_t>(hop), seed, axis) - 1.0F);
    };
    const float landed = mine ? smooth(moment.since_s / 0.16F) : 1.0F;
    x += at(hops - 1, 1U) * (1.0F - landed) + at(hops, 1U) * landed;
    y += at(hops - 1, 2U) * (1.0F - landed) + at(hops, 2U) * landed;
  }
  const float size = thing.size * (1.0F + thing.pulse * std::min(2.0F, moment.level));
  if (wraps) {
    x = wrap(x, kAspect, 1.2F * thing.size);
    y = wrap(y, 1.0F, 1.2F * thing.size);
  }
  canvas.thing(thing.shape, x, y, size, thing.phase + thing.turn * t + thing.spin * moment.travelled, thing.colour,
               thing.alpha);
}

void draw_particles(const Scene& scene, const Moment& moment, Canvas& canvas) {
  const float fallen = scene.falling * (moment.local_s + 3.0F * moment.travelled);
  for (int i = 0; i < scene.particles; ++i) {
    const auto id = static_cast<std::uint32_t>(i);
    const float near = 0.4F + 0.6F * hash01(id, scene.seed, 1U);
    const float x = hash01(id, scene.seed, 2U) * kAspect +
                    0.03F * std::sin(0.9F * moment.local_s + static_cast<float>(i)) +
                    0.3F * kAspect * near * scene.pan * moment.local_s;
    const float y = hash01(id, scene.seed, 3U) + near * fallen;
    canvas.disc(wrap(x, kAspect, 0.05F), wrap(y, 1.0F, 0.05F), 0.0075F * near, scene.palette.light, 0.75F * near);
  }
}

/// Someone who dances: knees, hips and arms on the cycle; the low point is on the beat.
void draw_dancer(const Scene& scene, float cycle, Canvas& canvas) {
  const float swing = std::sin(kPi * cycle);                  // side to side, a side per cycle
  const float bend = 1.0F - std::abs(std::sin(kPi * cycle));  // bounces on the beat
  const float unit = scene.figure_size;
  const float ground = 0.96F;
  const float hip_x = scene.figure_x + 0.1F * unit * swing, hip_y = ground - unit * (0.5F - 0.12F * bend);
  const float neck_x = hip_x - 0.07F * unit * swing, neck_y = hip_y - 0.3F * unit;
  const float thick = 0.032F * unit;
  const Rgb body = mix(scene.palette.accent, scene.palette.near, 0.25F), dark = scene.palette.near;
  for (const float side : {-1.0F, 1.0F}) {
    const float foot = scene.figure_x + side * 0.14F * unit;
    const float lift = std::max(0.0F, side * swing) * 0.1F * unit;
    const float knee_x = 0.5F * (hip_x + foot) + side * 0.1F * unit * (0.4F + bend);
    const float knee_y = 0.5F * (hip_y + ground - lift);
    canvas.limb(hip_x, hip_y, knee_x, knee_y, thick, dark);
    canvas.limb(knee_x, knee_y, foot, ground - lift, thick, dark);
    const float raise = side * swing;
    const float elbow_x = neck_x + side * 0.15F * unit, elbow_y = neck_y + (0.12F - 0.14F * raise) * unit;
    canvas.limb(neck_x, neck_y + 0.02F * unit, elbow_x, elbow_y, 0.8F * thick, body);
    canvas.limb(elbow_x, elbow_y, elbow_x + side * 0.08F * unit, elbow_y - (0.1F + 0.16F * raise) * unit, 0.8F * thick,
                body);
  }
  canvas.limb(hip_x, hip_y, neck_x, neck_y, 2.0F * thick, body);
  canvas.disc(neck_x - 0.02F * unit * swing, neck_y - 0.11F * unit, 0.075F * unit, scene.palette.light, 1.0F);
}

/// Someone who conducts or drums: two hands that strike downwards, one after the other, and rebound on the beat.
void draw_hands(const Scene& scene, float cycle, Canvas& canvas) {
  const float unit = scene.figure_size;
  const float neck_y = 0.55F - 0.1F * unit;
  canvas.limb(scene.figure_x, neck_y + 0.1F * unit, scene.figure_x, 1.05F, 0.09F * unit, scene.palette.near);
  canvas.disc(scene.figure_x, neck_y - 0.08F * unit, 0.1F * unit, scene.palette.light, 1.0F);
  for (const float side : {-1.0F, 1.0F}) {
    const float part = 0.5F * cycle + (side > 0.0F ? 0.5F : 0.0F);
    const float raised = std::abs(std::sin(kPi * part));  // 0 where this hand strikes: every second beat
    const float hand_x = scene.figure_x + side * unit * (0.34F - 0.08F * raised),
                hand_y = 0.92F - 0.85F * unit * raised;
    canvas.limb(scene.figure_x + side * 0.08F * unit, neck_y + 0.12F * unit, hand_x, hand_y, 0.035F * unit,
                mix(scene.palette.accent, scene.palette.near, 0.3F));
    canvas.disc(hand_x, hand_y, 0.07F * unit, scene.palette.accent, 1.0F);
  }
}

/// From side to side at an even pace, turning back at once: on the beat.
void draw_skater(const Scene& scene, float cycle, Canvas& canvas) {
  const float part = 0.5F * cycle - std::floor(0.5F * cycle);
  const float place = part < 0.5F ? 4.0F * part - 1.0F : 3.0F - 4.0F * part;
  const float lean = part < 0.5F ? 1.0F : -1.0F;
  const float unit = scene.figure_size, x = kAspect / 2.0F + 0.55F * place, foot_y = 0.95F;
  const float hip_x = x + 0.05F * unit * lean, hip_y = foot_y - 0.4F * unit;
  const float neck_x = hip_x + 0.12F * unit * lean, neck_y = hip_y - 0.3F * unit;
  canvas.limb(x, foot_y, hip_x, hip_y, 0.035F * unit, scene.palette.near);
  canvas.limb(x - 0.2F * unit * lean, foot_y, hip_x, hip_y, 0.035F * unit, scene.palette.near);
  canvas.limb(hip_x, hip_y, neck_x, neck_y, 0.06F * unit, mix(scene.palette.accent, scene.palette.near, 0.25F));
  canvas.limb(neck_x, neck_y, neck_x - 0.25F * unit * lean, neck_y + 0.1F * unit, 0.028F * unit, scene.palette.accent);
  canvas.disc(neck_x + 0.02F * unit * lean, neck_y - 0.1F * unit, 0.075F * unit, scene.palette.light, 1.0F);
}

void draw_figure(const Scene& scene, const Moment& moment, Canvas& canvas) {
  const float early = scene.figure_wobble * (std::sin(0.83F * moment.beat) + 0.5F * std::sin(2.21F * moment.beat));
  const float cycle = (moment.beat + early) / scene.figure_cycle_beats + scene.figure_phase;
  switch (scene.figure) {
    case FigureKind::kNone:
      return;
    case FigureKind::kDancer:
      return draw_dancer(scene, cycle, canvas);
    case FigureKind::kHands:
      return draw_hands(scene, cycle, canvas);
    case FigureKind::kSkater:
      return draw_skater(scene, cycle, canvas);
    case FigureKind::kBall: {
      // Thrown and caught: it meets the ground on the beat.
      const float part = cycle - std::floor(cycle);
      const float height = 4.0F * part * (1.0F - part);
      const float squash = 1.0F - 0.2F * std::max(0.0F, 1.0F - 8.0F * std::min(part, 1.0F - part));
      const float radius = 0.18F * scene.figure_size;
      canvas.disc(scene.figure_x, 0.93F - radius * squash - 0.9F * scene.figure_size * height, radius,
                  scene.palette.accent, 1.0F);
      return;
    }
    case FigureKind::kPendulum: {
      const float angle = 0.6F * std::cos(kPi * cycle);  // turns back on the beat
      const float length = 0.5F + 0.4F * scene.figure_size;
      const float x = scene.figure_x + length * std::sin(angle), y = length * std::cos(angle);
      canvas.limb(scene.figure_x, -0.05F, x, y, 0.008F, scene.palette.near);
      canvas.disc(x, y, 0.16F * scene.figure_size, scene.palette.accent, 1.0F);
      return;
    }
  }
}

}  // namespace

void draw_things(const Scene& scene, const Moment& moment, Canvas& canvas) {
  const bool scenery =
      scene.kind == SceneKind::kHills || scene.kind == SceneKind::kSea || scene.kind == SceneKind::kCity;
  if (!scenery) {  // a landscape's sun is drawn with its sky
    for (std::size_t i = 0; i < scene.things.size(); ++i) {
      draw_thing(scene.things[i], moment, scene.seed + static_cast<std::uint32_t>(i), true, canvas);
    }
  }
  if (scene.particles > 0) draw_particles(scene, moment, canvas);
  draw_figure(scene, moment, canvas);
}

}  // namespace photoplayer::train
