// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/motion_history.h>

#include <algorithm>
#include <cmath>

namespace photoplayer::stream {
namespace {

/// Of films in general: the 10th, 50th and 90th percentile over a quarter of an hour of clips and rendered films. They
/// count by half after three seconds, hardly after a quarter of a minute.
constexpr std::array<float, 3> kFilms = {0.01F, 0.17F, 0.52F};
constexpr float kYoungBins = 14.0F;
/// Between usual and calm, or usual and lively, lies at least this much motion.
constexpr float kLeastSpread = 0.015F;
/// And as long as films in general count, so much more of their share.
constexpr float kYoungSpread = 0.15F;

}  // namespace

std::int64_t MotionHistory::index_of(double time_s) noexcept {
  constexpr double kFarthest_s = 1e12;
  return static_cast<std::int64_t>(std::floor(std::clamp(time_s, -kFarthest_s, kFarthest_s) / kBin_s));
}

std::size_t MotionHistory::place(std::int64_t index) noexcept {
  return static_cast<std::size_t>(((index % kBins) + kBins) % kBins);
}

void MotionHistory::add(double time_s, float motion) noexcept {
  const std::int64_t index = index_of(time_s);
  Bin& bin = bins_[place(index)];
  if (bin.index != index || bin.frames == 0) bin = {index, 0.0, 0};
  bin.sum += static_cast<double>(motion);
  ++bin.frames;
}

float MotionHistory::standing(float motion, double until_s) const noexcept {
  std::array<float, static_cast<std::size_t>(kMemory)> values;
  auto end = values.begin();
  // Whole bins only: the last one's other frames may be known or not.
  const std::int64_t until = index_of(until_s);
  for (std::int64_t index = until - kMemory; index < until; ++index) {
    const Bin& bin = bins_[place(index)];
    if (bin.index == index && bin.frames > 0) *end++ = static_cast<float>(bin.sum / bin.frames);
  }
  const auto count = static_cast<float>(end - values.begin());
  const float young = kYoungBins / (kYoungBins + count);
  const auto part = [&](float share, float films) {
    if (end == values.begin()) return films;
    const auto nth = values.begin() + static_cast<std::ptrdiff_t>(share * (count - 1.0F));
    std::nth_element(values.begin(), nth, end);
    return *nth + young * young * (films - *nth);
  };
  const float usual = part(0.5F, kFilms[1]);
  const float spread = kLeastSpread + kYoungSpread * young * young;
  const float calm = std::min(part(0.1F, kFilms[0]), usual - spread);
  const float lively = std::max(part(0.9F, kFilms[2]), usual + spread);
  const float standing = motion < usual ? (motion - usual) / (usual - calm) : (motion - usual) / (lively - usual);
  return std::clamp(standing, -1.0F, 1.0F);
}

}  // namespace photoplayer::stream
