// SPDX-License-Identifier: Apache-2.0
/// Puts things into scenes and decides how they move.
#include "plan.h"

#include <algorithm>
#include <cmath>

namespace photoplayer::train {
namespace {

constexpr float kTau = 6.2831853F;

Thing bokeh_disc(const Palette& palette, Random& random) {
  Thing thing;
  const float near = random.uniform();
  thing.shape = random.chance(0.75F) ? ThingShape::kDisc : ThingShape::kGlow;
  thing.colour = mix(random.chance(0.5F) ? palette.accent : palette.light, palette.bottom, random.uniform(0.0F, 0.5F));
  thing.alpha = random.uniform(0.12F, 0.42F);
  thing.x = random.uniform(0.0F, kAspect);
  thing.y = random.uniform(0.0F, 1.0F);
  thing.size = 0.03F + 0.13F * near * near;
  thing.drift_x = random.uniform(-0.02F, 0.02F);
  thing.drift_y = -random.uniform(0.01F, 0.05F) * (0.5F + near);
  thing.sway = random.uniform(0.0F, 0.05F);
  thing.phase = random.uniform(0.0F, kTau);
  return thing;
}

Thing flat_shape(const Palette& palette, Random& random) {
  Thing thing;
  const int shape = random.below(5);
  thing.shape = shape == 0   ? ThingShape::kRing
                : shape == 1 ? ThingShape::kBox
                : shape == 2 ? ThingShape::kTriangle
                : shape == 3 ? ThingShape::kStar
                             : ThingShape::kDisc;
  const float pick = random.uniform();
  thing.colour = pick < 0.4F ? palette.accent : pick < 0.7F ? palette.light : palette.near;
  thing.alpha = random.uniform(0.75F, 1.0F);
  thing.x = random.uniform(0.1F, kAspect - 0.1F);
  thing.y = random.uniform(0.12F, 0.88F);
  thing.size = random.uniform(0.05F, 0.17F);
  thing.drift_x = random.uniform(-0.03F, 0.03F);
  thing.sway = random.uniform(0.0F, 0.06F);
  thing.phase = random.uniform(0.0F, kTau);
  thing.turn = random.uniform(-0.4F, 0.4F);
  return thing;
}

Thing sun(const Scene& scene, Random& random) {
  Thing thing;
  thing.shape = ThingShape::kGlow;
  thing.colour = scene.palette.light;
  thing.alpha = 0.95F;
  thing.x = random.uniform(0.3F, kAspect - 0.3F);
  thing.y = std::max(0.12F, scene.horizon - random.uniform(0.08F, 0.4F));
  thing.size = random.uniform(0.05F, 0.1F);
  thing.drift_y = random.uniform(-0.004F, 0.004F);
  return thing;
}

/// What each thing does with the music.
void couple(Thing& thing, int index, float strength, float arousal, Random& random) {
  if (strength <= 0.0F) return;
  thing.pulse = random.chance(0.6F) ? strength * random.uniform(0.1F, 0.6F) : 0.0F;
  thing.spin = random.chance(0.5F) ? strength * random.uniform(-9.0F, 9.0F) : 0.0F;
  thing.push = random.chance(0.6F) ? strength * random.uniform(0.3F, 1.6F) : 0.0F;
  thing.push_angle = random.uniform(0.0F, kTau);
  thing.hop = random.chance(0.35F + 0.2F * arousal) ? strength * random.uniform(0.05F, 0.3F) : 0.0F;
  thing.turns = 1 + random.below(4);
  thing.turn_index = index % thing.turns;
}

}  // namespace

void furnish(Scene& scene, float arousal, float strength, bool calm, Random& random) {
  const float lively = 0.5F + 0.5F * arousal;
  const float live = calm ? 0.0F : strength;
  const float pace = calm ? 0.5F : 1.0F;
  scene.horizon = random.uniform(0.5F, 0.68F);
  scene.detail = random.uniform(0.35F, 0.9F);
  scene.pan = random.sign() * pace * (0.012F + 0.08F * lively * random.uniform());
  scene.zoom = random.chance(0.5F) ? pace * random.uniform(-0.02F, 0.03F) : 0.0F;
  // The same way as the pan: against it, an onset would look like a rest.
  if (random.chance(0.8F)) scene.pan_push = live * std::copysign(random.uniform(0.1F, 0.9F), scene.pan);
  if (random.chance(0.5F)) scene.punch = live * random.uniform(0.01F, 0.09F);
  if (random.chance(0.5F)) scene.glow = live * random.uniform(0.05F, 0.3F);

  int count = 0;
  switch (scene.kind) {
    case SceneKind::kHills:
    case SceneKind::kSea:
      scene.things.push_back(sun(scene, random));
      break;
    case SceneKind::kCity:
      if (random.chance(0.6F)) scene.things.push_back(sun(scene, random));
      break;
    case SceneKind::kBokeh:
      count = 14 + random.below(10);
      break;
    case SceneKind::kShapes:
      count = 5 + random.below(7);
      break;
    case SceneKind::kRays:
    case SceneKind::kTexture:
      count = random.below(4);
      break;
    case SceneKind::kPlain:
      count = 1 + random.below(2);
      break;
  }
  for (int i = 0; i < count; ++i) {
    Thing thing =
        scene.kind == SceneKind::kBokeh ? bokeh_disc(scene.palette, random) : flat_shape(scene.palette, random);
    if (calm) thing.turn *= 0.4F, thing.drift_x *= 0.6F;
    couple(thing, i, live, arousal, random);
    scene.things.push_back(thing);
  }
  if (random.chance(scene.kind == SceneKind::kBokeh ? 0.2F : 0.4F)) {
    scene.particles = 10 + random.below(26);
    scene.falling = (random.chance(0.6F) ? 1.0F : -1.0F) * pace * random.uniform(0.04F, 0.16F);
  }
  const bool stage = scene.kind == SceneKind::kHills || scene.kind == SceneKind::kCity ||
                     scene.kind == SceneKind::kPlain || scene.kind == SceneKind::kShapes;
  if (!calm && stage && strength > 0.0F && random.chance(0.45F)) {
    scene.figure = static_cast<FigureKind>(1 + random.below(kFigures));
    scene.figure_x = random.uniform(0.35F, kAspect - 0.35F);
    scene.figure_size = random.uniform(0.3F, 0.62F);
  }
}

}  // namespace photoplayer::train
