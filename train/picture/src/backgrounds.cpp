// SPDX-License-Identifier: Apache-2.0
/// Backgrounds: one colour per pixel, moved by the camera (pan, zoom about the centre).
#include "canvas.h"

#include <array>
#include <cmath>

namespace photoplayer::train {
namespace {

struct Camera {
  float pan, zoom;  ///< picture units; 1 = as composed
  [[nodiscard]] float x(float at) const noexcept { return (at - 0.5F * kAspect) * zoom + 0.5F * kAspect; }
  [[nodiscard]] float y(float at) const noexcept { return (at - 0.5F) * zoom + 0.5F; }
};

Camera camera_at(const Scene& scene, const Moment& moment) noexcept {
  const float punch = scene.punch * std::min(2.0F, moment.pulse);
  return {kAspect * (scene.pan * moment.local_s + scene.pan_push * moment.travelled),
          std::exp(-scene.zoom * moment.local_s) / (1.0F + punch)};
}

/// The sun of a landscape is part of its sky: what stands in front hides it.
Rgb with_sun(Rgb sky, const Scene& scene, float x, float y, float edge) noexcept {
  if (scene.things.empty()) return sky;
  const Thing& sun = scene.things[0];
  const float dx = x - sun.x, dy = y - sun.y;
  const float r2 = dx * dx + dy * dy, reach = 6.0F * sun.size;
  if (r2 >= reach * reach) return sky;
  const float r = std::sqrt(r2);
  const float halo = 1.0F - r / reach;
  return mix(sky, sun.colour, std::max(clamp01((sun.size - r) * edge + 0.5F), 0.7F * halo * halo * halo));
}

float seed_offset(const Scene& scene, std::uint32_t which) noexcept {
  return hash01(scene.seed, which);
}

void hills(const Scene& scene, const Moment& moment, const Noise& noise, const Camera& camera, Canvas& canvas) {
  constexpr int kLayers = 4;
  const int width = canvas.width();
  // Heights are one-dimensional: once per column.
  std::vector<float> heights(static_cast<std::size_t>(width * kLayers));
  std::array<Rgb, kLayers> colours;
  for (int layer = 0; layer < kLayers; ++layer) {
    const float near = static_cast<float>(layer) / (kLayers - 1);  // 0 far … 1 near
    colours[static_cast<std::size_t>(layer)] =
        mix(mix(scene.palette.bottom, scene.palette.far, 0.35F + 0.65F * near), scene.palette.near, near * near);
    const float base = scene.horizon + 0.02F + 0.27F * near;
    const float rough = 0.34F - 0.17F * near;
    const float row = seed_offset(scene, static_cast<std::uint32_t>(layer));
    for (int column = 0; column < width; ++column) {
      const float x = camera.x(canvas.x_at(column)) + camera.pan * (0.15F + 0.85F * near) + 7.0F * row;
      heights[static_cast<std::size_t>(column * kLayers + layer)] =
          base - rough * (noise.at(x * (0.16F + 0.1F * near), row) - 0.3F);
    }
  }
  const float edge = 1.0F / (canvas.pixel() * camera.zoom);
  const float drift = 0.01F * moment.local_s + 0.05F * camera.pan;
  canvas.fill([&](int column, int, float sx, float sy) {
    const float y = camera.y(sy);
    Rgb colour = mix(scene.palette.top, scene.palette.bottom, smooth(y / scene.horizon));
    const float* height = &heights[static_cast<std::size_t>(column * kLayers)];
    if (y < height[0] + 0.02F) {
      const float cloud = noise.at(camera.x(sx) * 0.18F + drift, y * 0.7F + seed_offset(scene, 9));
      colour = with_sun(colour, scene, camera.x(sx), y, edge);
      colour = mix(colour, scene.palette.light, scene.detail * 0.5F * smooth((cloud - 0.5F) * 3.0F));
    }
    for (int layer = 0; layer < kLayers; ++layer) {
      const float depth = y - height[layer];
      const float cover = clamp01(depth * edge + 0.5F);
      if (cover <= 0.0F) continue;
      const Rgb& own = colours[static_cast<std::size_t>(layer)];
      // Mist in the valleys.
      colour = mix(colour,
                   mix(own, scene.palette.bottom, (0.45F - 0.11F * static_cast<float>(layer)) * smooth(depth * 4.0F)),
                   cover);
    }
    return colour;
  });
}

void sea(const Scene& scene, const Moment& moment, const Noise& noise, const Camera& camera, Canvas& canvas) {
  const float sun_x = scene.things.empty() ? 0.5F * kAspect : scene.things[0].x;
  const float flow = 0.05F * moment.local_s + 0.5F * std::abs(scene.pan_push) * moment.travelled;
  const float edge = 1.0F / canvas.pixel();
  const float fine = std::min(1.0F, 0.012F * edge);  // thumbnails cannot show far ripples
  canvas.fill([&](int, int, float sx, float sy) {
    const float x = camera.x(sx), y = camera.y(sy);
    Rgb sky = mix(scene.palette.top, scene.palette.bottom, smooth(y / scene.horizon));
    const float cloud = noise.at((x + camera.pan) * 0.13F + 0.004F * moment.local_s, y * 1.1F + seed_offset(scene, 3));
    sky = with_sun(sky, scene, x, y, edge);
    sky = mix(sky, scene.palette.light, scene.detail * 0.45F * smooth((cloud - 0.52F) * 3.0F) * smooth(1.0F - y));
    const float depth = y - scene.horizon;
    const float cover = clamp01(depth * edge + 0.5F);
    if (cover <= 0.0F) return sky;
    const float far = 1.0F / (std::max(depth, 0.0F) + 0.07F);
    const float u = (x - 0.5F * kAspect) * far * 0.09F + camera.pan * 0.3F;
    const float wave = noise.at(u + seed_offset(scene, 1), far * 0.16F + flow) +
                       0.6F * noise.at(u * 2.3F - flow, far * 0.41F + 1.7F * flow) - 0.8F;
    Rgb water = mix(scene.palette.bottom, scene.palette.far, smooth(depth * 5.0F + 0.15F));
    water = mix(water, scene.palette.near, 0.75F * smooth(depth * 1.9F));
    water = mix(water, mix(scene.palette.top, scene.palette.light, 0.25F), clamp01(scene.detail * 0.8F * wave * fine));
    water = scale(water, 1.0F - 0.35F * scene.detail * clamp01(-wave));
    const float path = (x - sun_x) / (0.06F + 0.45F * depth);
    const float glitter = std::exp(-path * path) * smooth((wave + 0.12F) * 3.5F);
    return mix(sky, mix(water, scene.palette.light, 0.85F * glitter), cover);
  });
}

/// One building's slice in one column.
struct Facade {
  float left = 0.0F, roof = 0.0F, cover = 0.0F;
  std::uint32_t id = 0;
};

float window_light(const Facade& facade, float lot, float cell_y, float y, float edge, std::uint32_t seed,
                   std::uint32_t flicker) noexcept {
  const float cell_x = lot / 5.0F;
  const float wx = facade.left / cell_x, wy = (y - facade.roof) / cell_y;
  if (wx < 1.0F || wx >= 4.0F || wy < 1.0F) return 0.0F;
  const int cx = static_cast<int>(wx), cy = static_cast<int>(wy);
  // Smaller than a pixel: an even glow instead of flicker.
  const float clear = clamp01(cell_y * edge * 0.5F - 0.4F);
  const float even = 0.16F * (1.0F - clear);
  if (clear <= 0.0F) return even;
  const auto window = static_cast<std::uint32_t>(cx + 8 * cy);
  const bool blinks = hash01(facade.id, window, 77U) < 0.12F;
  const bool on = blinks ? hash01(facade.id, window, flicker) < 0.5F : hash01(facade.id, window, seed) < 0.36F;
  if (!on) return even;
  const float dx = 0.36F - std::abs(wx - static_cast<float>(cx) - 0.5F);
  const float dy = 0.32F - std::abs(wy - static_cast<float>(cy) - 0.5F);
  return clamp01(std::min(dx, dy) * cell_x * edge + 0.5F) * clear + even;
}

void city(const Scene& scene, const Moment& moment, const Noise& noise, const Camera& camera, Canvas& canvas) {
  constexpr int kLayers = 3;
  const float edge = 1.0F / (canvas.pixel() * camera.zoom);
  const auto flicker = static_cast<std::uint32_t>(moment.count / 2);
  std::vector<Facade> facades(static_cast<std::size_t>(canvas.width() * kLayers));
  const auto lot_of = [](int layer) { return 0.1F + 0.045F * static_cast<float>(layer); };
  for (int column = 0; column < canvas.width(); ++column) {
    for (int layer = 0; layer < kLayers; ++layer) {
      const float near = 0.5F * static_cast<float>(layer), lot = lot_of(layer);
      const float at = camera.x(canvas.x_at(column)) + camera.pan * (0.25F + 0.75F * near) + 40.0F;
      const float slot = std::floor(at / lot);
      Facade& facade = facades[static_cast<std::size_t>(column * kLayers + layer)];
      facade.id = static_cast<std::uint32_t>(static_cast<int>(slot) * kLayers + layer);
      facade.left = at - slot * lot;
      facade.roof = scene.horizon - 0.24F + 0.2F * near + 0.34F * hash01(facade.id, scene.seed);
      const float side = std::min(facade.left, lot - facade.left) - 0.004F * hash01(facade.id, 5U);
      facade.cover = clamp01(side * edge + 0.7F);
    }
  }
  std::array<Rgb, kLayers> walls;
  for (int layer = 0; layer < kLayers; ++layer) {
    walls[static_cast<std::size_t>(layer)] = mix(mix(scene.palette.bottom, scene.palette.far, 0.6F), scene.palette.near,
                                                 0.25F + 0.375F * static_cast<float>(layer));
  }
  canvas.fill([&](int column, int, float sx, float sy) {
    const float x = camera.x(sx), y = camera.y(sy);
    const Facade* facade = &facades[static_cast<std::size_t>(column * kLayers)];
    std::array<float, kLayers> covers;
    int first = -1;  // what a nearer wall hides need not be painted
    for (int layer = 0; layer < kLayers; ++layer) {
      const float cover = clamp01((y - facade[layer].roof) * edge + 0.5F) * facade[layer].cover;
      covers[static_cast<std::size_t>(layer)] = cover;
      if (cover >= 0.999F) first = layer;
    }
    Rgb colour;
    if (first < 0) {
      colour = mix(scene.palette.top, scene.palette.bottom, smooth(y * 1.1F));
      const float haze = noise.at((x + camera.pan * 0.1F) * 0.15F, y * 0.4F + seed_offset(scene, 5));
      colour = with_sun(mix(colour, scene.palette.far, 0.4F * scene.detail * haze), scene, x, y, edge);
      first = 0;
    }
    for (int layer = first; layer < kLayers; ++layer) {
      const float cover = covers[static_cast<std::size_t>(layer)];
      if (cover <= 0.0F) continue;
      const float near = 0.5F * static_cast<float>(layer);
      const float shine =
          window_light(facade[layer], lot_of(layer), 0.034F + 0.012F * near, y, edge, scene.seed, flicker);
      const Rgb& wall = walls[static_cast<std::size_t>(layer)];
      colour = mix(colour, mix(wall, scene.palette.light, shine * (0.45F + 0.45F * near)), cover);
    }
    return colour;
  });
}

/// atan2 in turns, good to 0.0007: std::atan2 took most of the time of this scene.
float turns_of(float y, float x) noexcept {
  const float ax = std::abs(x), ay = std::abs(y);
  const float ratio = std::min(ax, ay) / (std::max(ax, ay) + 1e-9F);
  float turns = ratio * (0.125F + 0.04345F * (1.0F - ratio));
  turns = ay > ax ? 0.25F - turns : turns;
  turns = x < 0.0F ? 0.5F - turns : turns;
  return y < 0.0F ? -turns : turns;
}

void rays(const Scene& scene, const Moment& moment, const Noise& noise, const Camera& camera, Canvas& canvas) {
  const float blades = 4.0F + std::floor(6.0F * seed_offset(scene, 1));
  const float cx = kAspect * (0.3F + 0.4F * seed_offset(scene, 2)), cy = 0.3F + 0.5F * seed_offset(scene, 3);
  const float turn = scene.pan * 3.0F * moment.local_s + scene.pan_push * 2.5F * moment.travelled;
  const float twist = (seed_offset(scene, 4) - 0.5F) * 2.0F;
  canvas.fill([&](int, int, float sx, float sy) {
    const float dx = camera.x(sx) - cx, dy = camera.y(sy) - cy;
    const float r = std::sqrt(dx * dx + dy * dy);
    const float angle =
        blades * (turns_of(dy, dx) + turn + twist * r * 0.3F) + 1000.0F;  // positive, so that a cast floors
    const float blade = std::abs(angle - static_cast<float>(static_cast<int>(angle)) - 0.5F) * 2.0F;  // triangle, 0…1
    const float soft = std::min(1.0F, 2.0F * canvas.pixel() * blades / (r + 0.02F)) + 0.08F;
    const float on = smooth((blade - 0.5F) / soft + 0.5F);
    Rgb colour = mix(scene.palette.top, scene.palette.bottom, on);
    colour = mix(colour, scene.palette.near, 0.55F * smooth(r * 0.9F));
    colour = mix(colour, scene.palette.far, 0.3F * scene.detail * noise.at(dx * 0.3F + turn, dy * 0.3F));
    const float core = clamp01(1.0F - 2.2F * r);
    return mix(colour, scene.palette.light, core * core * core);
  });
}

void texture(const Scene& scene, const Moment& moment, const Noise& noise, const Camera& camera, Canvas& canvas) {
  const float frequency = 0.12F + 0.22F * seed_offset(scene, 1);
  const float ox = 3.0F * seed_offset(scene, 2), oy = 3.0F * seed_offset(scene, 3);
  const float warp =
      0.04F * moment.local_s * (scene.pan == 0.0F ? 0.0F : 1.0F) + 0.15F * moment.travelled * scene.pan_push;
  canvas.fill([&](int, int, float sx, float sy) {
    const float u = (camera.x(sx) + camera.pan) * frequency + ox, v = camera.y(sy) * frequency + oy;
    const float first = noise.at(u, v + warp);
    const float second = noise.at(u * 1.7F + 0.25F * first - warp * 0.6F, v * 1.7F + 0.25F * first);
    Rgb colour = mix(scene.palette.top, scene.palette.bottom, smooth((first - 0.2F) * 1.7F));
    colour = mix(colour, scene.palette.far, scene.detail * smooth((second - 0.42F) * 4.0F));
    colour = mix(colour, scene.palette.light, 0.8F * scene.detail * smooth((second * first - 0.36F) * 5.0F));
    return mix(colour, scene.palette.near, smooth((0.34F - second) * 3.5F));
  });
}

void gradient(const Scene& scene, const Noise& noise, const Camera& camera, float texture_depth, Canvas& canvas) {
  const float lean = seed_offset(scene, 1) - 0.5F;
  const float ox = seed_offset(scene, 2);
  canvas.fill([&](int, int, float sx, float sy) {
    const float x = camera.x(sx), y = camera.y(sy);
    const float along = y + lean * (x / kAspect - 0.5F);
    Rgb colour = mix(scene.palette.top, scene.palette.bottom, smooth(along));
    if (texture_depth > 0.0F) {
      const float soft = noise.at((x + camera.pan) * 0.1F + ox, y * 0.1F + ox);
      colour = mix(colour, scene.palette.far, texture_depth * soft);
    }
    const float vx = sx / kAspect - 0.5F, vy = sy - 0.5F;
    return scale(colour, 1.0F - 0.35F * (vx * vx + vy * vy));
  });
}

}  // namespace

void draw_background(const Scene& scene, const Moment& moment, const Noise& noise, Canvas& canvas) {
  const Camera camera = camera_at(scene, moment);
  switch (scene.kind) {
    case SceneKind::kHills:
      return hills(scene, moment, noise, camera, canvas);
    case SceneKind::kSea:
      return sea(scene, moment, noise, camera, canvas);
    case SceneKind::kCity:
      return city(scene, moment, noise, camera, canvas);
    case SceneKind::kRays:
      return rays(scene, moment, noise, camera, canvas);
    case SceneKind::kTexture:
      return texture(scene, moment, noise, camera, canvas);
    case SceneKind::kBokeh:
      return gradient(scene, noise, camera, 0.8F, canvas);
    case SceneKind::kShapes:
      return gradient(scene, noise, camera, 0.25F * scene.detail, canvas);
    case SceneKind::kPlain:
      return gradient(scene, noise, camera, 0.0F, canvas);
  }
}

}  // namespace photoplayer::train
