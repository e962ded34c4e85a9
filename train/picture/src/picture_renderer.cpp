// SPDX-License-Identifier: Apache-2.0
#include "canvas.h"
#include "plan.h"

#include <photoplayer/train/picture_renderer.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace photoplayer::train {
namespace {

constexpr std::array<const char*, kSceneKinds> kSceneKindNames = {"hills",  "sea",  "city",    "bokeh",
                                                                  "shapes", "rays", "texture", "plain"};

/// Exposure, flash and camera noise in one pass over the bytes.
void develop(std::span<std::uint8_t> rgb, float exposure, float flash, float grain, std::uint32_t frame) {
  const bool changes = std::abs(exposure - 1.0F) > 0.002F || flash > 0.004F;
  if (!changes && grain <= 0.0F) return;
  std::array<float, 256> curve;
  for (std::size_t i = 0; i < curve.size(); ++i) {
    const float value = std::min(255.0F, static_cast<float>(i) * exposure);
    curve[i] = value + (255.0F - value) * flash + 0.5F;
  }
  if (grain <= 0.0F) {
    for (std::uint8_t& byte : rgb) byte = static_cast<std::uint8_t>(curve[byte]);
    return;
  }
  const float amount = grain * 255.0F * 1.7F / 128.0F;
  std::uint32_t state = hash32(frame + 1U) | 1U;
  for (std::size_t i = 0; i + 2 < rgb.size(); i += 3) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    const float noise = amount * (static_cast<float>(state >> 24) - 127.5F);
    for (std::size_t c = 0; c < 3; ++c) {
      rgb[i + c] = static_cast<std::uint8_t>(std::clamp(curve[rgb[i + c]] + noise, 0.0F, 255.0F));
    }
  }
}

}  // namespace

const char* scene_kind_name(SceneKind kind) noexcept {
  return kSceneKindNames[static_cast<std::size_t>(kind)];
}

std::optional<SceneKind> scene_kind(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kSceneKindNames.size(); ++i) {
    if (name == kSceneKindNames[i]) return static_cast<SceneKind>(i);
  }
  return std::nullopt;
}

const char* planned_kind_name(PlannedKind kind) noexcept {
  constexpr std::array<const char*, 3> kNames = {"cut", "dissolve", "flash"};
  return kNames[static_cast<std::size_t>(kind)];
}

struct PictureRenderer::Impl {
  Plan plan;
  Noise noise;

  Impl(const Piece& piece, std::uint64_t seed, const RenderSettings& settings)
      : plan(make_plan(piece, seed, settings)), noise(static_cast<std::uint32_t>(mix_bits(seed))) {}

  [[nodiscard]] Moment moment_in(const Scene& scene, double time_s) const {
    const Drive& motion = plan.drives[static_cast<std::size_t>(scene.motion_drive)];
    const Drive::State now = motion.at(time_s);
    Moment moment;
    moment.time_s = time_s;
    moment.local_s = static_cast<float>(time_s - scene.from_s);
    moment.level = now.level;
    moment.travelled = static_cast<float>(now.travelled - motion.at(scene.from_s).travelled);
    moment.count = now.count;
    moment.since_s = static_cast<float>(now.since_s);
    moment.pulse = plan.drives[static_cast<std::size_t>(scene.pulse_drive)].at(time_s).level;
    moment.beat = static_cast<float>((time_s - plan.beat_origin_s) / plan.beat_s);
    return moment;
  }

  void draw(const Scene& scene, double time_s, std::span<std::uint8_t> rgb, int width, int height) const {
    const Moment moment = moment_in(scene, time_s);
    Canvas canvas(rgb.data(), width, height);
    draw_background(scene, moment, noise, canvas);
    draw_things(scene, moment, canvas);
    const float exposure = 1.0F + scene.glow * std::min(1.5F, moment.pulse);
    const float flash = std::min(0.9F, plan.flashes.at(time_s).level);
    develop(rgb, exposure, flash, plan.grain, static_cast<std::uint32_t>(std::llround(time_s * 1000.0)));
  }
};

PictureRenderer::PictureRenderer(const Piece& piece, std::uint64_t seed, const RenderSettings& settings)
    : impl_(std::make_unique<Impl>(piece, seed, settings)) {}
PictureRenderer::~PictureRenderer() = default;
PictureRenderer::PictureRenderer(PictureRenderer&&) noexcept = default;
PictureRenderer& PictureRenderer::operator=(PictureRenderer&&) noexcept = default;

void PictureRenderer::render(double time_s, std::span<std::uint8_t> rgb, int width, int height) const {
  const std::size_t bytes = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3;
  if (width < 1 || height < 1 || rgb.size() < bytes) throw std::invalid_argument("render: buffer too small");
  rgb = rgb.first(bytes);
  const std::vector<Scene>& scenes = impl_->plan.scenes;
  auto next = std::upper_bound(scenes.begin(), scenes.end(), time_s,
                               [](double time, const Scene& scene) { return time < scene.from_s; });
  const auto index = static_cast<std::size_t>(next == scenes.begin() ? 0 : next - scenes.begin() - 1);
  const Scene& scene = scenes[index];
  impl_->draw(scene, time_s, rgb, width, height);
  const double into_s = time_s - scene.from_s;
  if (index > 0 && into_s < scene.dissolve_s) {
    std::vector<std::uint8_t> before(bytes);
    impl_->draw(scenes[index - 1], time_s, before, width, height);
    const int weight = static_cast<int>(256.0 * into_s / scene.dissolve_s);
    for (std::size_t i = 0; i < bytes; ++i) {
      rgb[i] = static_cast<std::uint8_t>((rgb[i] * weight + before[i] * (256 - weight)) >> 8);
    }
  }
}

std::span<const PlannedEvent> PictureRenderer::events() const noexcept {
  return impl_->plan.events;
}
double PictureRenderer::duration_s() const noexcept {
  return impl_->plan.duration_s;
}
float PictureRenderer::coupling() const noexcept {
  return impl_->plan.coupling;
}

}  // namespace photoplayer::train
