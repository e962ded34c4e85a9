// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/perception/clip_features.h>
#include <photoplayer/perception/peaks.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace photoplayer::perception {
namespace {

constexpr double kTolerance_s = 1e-4;  ///< timestamps are rounded, in some files to a millisecond's fraction

}  // namespace

void ClipFeatures::add(const stream::PictureView& frame, double time_s) {
  if (times_s_.empty()) origin_s_ = time_s;
  const double at_s = time_s - origin_s_;
  if (const auto cut = detector_.add(frame)) cuts_.push_back(*cut);
  if (!times_s_.empty()) scores_.push_back(detector_.score());
  if (colours_.wants(at_s)) seen_.push_back(colours_.look(frame, at_s));
  times_s_.push_back(at_s);
}

ClipFeatureRows ClipFeatures::finish(double end_s) const {
  ClipFeatureRows rows;
  if (times_s_.empty()) return rows;
  const double length_s = std::max(end_s - origin_s_, times_s_.back());
  const auto seconds = static_cast<std::size_t>(std::max(std::ceil(length_s - kTolerance_s), 1.0));

  rows.visual_beat = visual_beats_per_second(scores_, std::span(times_s_).subspan(1), seconds);
  rows.scene_cut.assign(seconds, 0.0F);
  for (const std::int64_t cut : cuts_) {
    const auto second = static_cast<std::size_t>(times_s_[static_cast<std::size_t>(cut)] + kTolerance_s);
    if (second < seconds) rows.scene_cut[second] = 1.0F;
  }
  rows.colour.resize(seconds);
  auto shown = seen_.begin();
  for (std::size_t second = 0; second < seconds; ++second) {
    while (shown + 1 != seen_.end() && (shown + 1)->time_s + kTolerance_s < static_cast<double>(second + 1)) ++shown;
    rows.colour[second] = shown->colour;
  }
  return rows;
}

}  // namespace photoplayer::perception
