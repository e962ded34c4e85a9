// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/perception/content_detector.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <utility>
#include <vector>

#include "flash_filter.h"
#include "hsv8.h"
#include "linear_resizer.h"

namespace photoplayer::perception {
namespace {

/// PySceneDetect brings the longer side down to this.
constexpr double kLongSide_px = 256.0;

/// [plane] of hue, saturation, value.
using HsvPlanes = std::array<std::vector<std::uint8_t>, 3>;

void split(const stream::PictureView& picture, HsvPlanes& out) {
  const detail::HsvTables& tables = detail::hsv_tables();
  for (auto& plane : out)
    plane.resize(static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height));
  std::size_t i = 0;
  for (int y = 0; y < picture.height; ++y) {
    const std::uint8_t* pixel = picture.rgb + y * picture.stride_bytes;
    for (int x = 0; x < picture.width; ++x, pixel += 3, ++i) {
      const detail::Hsv hsv = detail::to_hsv(pixel[0], pixel[1], pixel[2], tables);
      out[0][i] = hsv.h;
      out[1][i] = hsv.s;
      out[2][i] = hsv.v;
    }
  }
}

double mean_difference(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return static_cast<double>(sum) / static_cast<double>(a.size());
}

int scaled(int size, double factor) {
  return std::max(1, static_cast<int>(std::nearbyint(size / factor)));  // half to even, as Python's round
}

}  // namespace

struct ContentDetector::State {
  explicit State(const ContentSettings& given) : settings(given), filter(given.filter, given.min_scene_frames) {}

  [[nodiscard]] bool fits(const stream::PictureView& picture) {
    if (picture.rgb == nullptr || picture.width < 1 || picture.height < 1) return false;
    if (width == 0) {
      width = small_width = picture.width;
      height = small_height = picture.height;
      const double factor = std::max(width, height) / kLongSide_px;
      if (factor > 1.0) {
        small_width = scaled(width, factor);
        small_height = scaled(height, factor);
        resizer.emplace(width, height, small_width, small_height);
      }
    }
    return picture.width == width && picture.height == height;
  }

  [[nodiscard]] double score_of(const stream::PictureView& picture) {
    if (resizer) {
      resizer->resize(picture, small);
      split({small.data(), small_width, small_height, std::ptrdiff_t{3} * small_width}, now);
    } else {
      split(picture, now);
    }
    double sum = 0.0;
    if (!before[0].empty()) {
      for (std::size_t plane = 0; plane < now.size(); ++plane) sum += mean_difference(now[plane], before[plane]);
    }
    std::swap(now, before);
    return sum / 3.0;
  }

  ContentSettings settings;
  detail::FlashFilter filter;
  std::optional<detail::LinearResizer> resizer;
  int width = 0, height = 0;  ///< of the film
  int small_width = 0, small_height = 0;
  std::vector<std::uint8_t> small;
  HsvPlanes now, before;
  std::int64_t frames = 0;
  double score = 0.0;
};

ContentDetector::ContentDetector(const ContentSettings& settings) : state_(std::make_unique<State>(settings)) {}
ContentDetector::~ContentDetector() = default;
ContentDetector::ContentDetector(ContentDetector&&) noexcept = default;
ContentDetector& ContentDetector::operator=(ContentDetector&&) noexcept = default;

std::optional<std::int64_t> ContentDetector::add(const stream::PictureView& frame) {
  const std::int64_t number = state_->frames++;
  if (!state_->fits(frame)) return std::nullopt;
  state_->score = state_->score_of(frame);
  return state_->filter.add(number, state_->score >= state_->settings.threshold);
}

double ContentDetector::score() const noexcept {
  return state_->score;
}

void ContentDetector::reset() {
  *state_ = State(state_->settings);
}

}  // namespace photoplayer::perception
