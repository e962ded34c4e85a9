// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/kernels/rgb_uv_histogram.h>
#include <photoplayer/perception/slow_path.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace photoplayer::perception {
namespace {

constexpr double kPeriod_s = 1.0;
constexpr double kTolerance_s = 1e-4;  ///< timestamps are rounded to a nanosecond or, in some files, to a millisecond
constexpr double kBackward_s = 0.1;    ///< the fast path starts anew at this, too

double second_of(double time_s, double origin_s) noexcept {
  return std::floor((time_s - origin_s + kTolerance_s) / kPeriod_s);
}

static_assert(stream::kColourDims == static_cast<std::size_t>(kernels::kRgbUvValues));

}  // namespace

bool StillSchedule::due(double time_s) const noexcept {
  if (!std::isfinite(time_s)) return false;
  if (!taken_ || time_s < taken_->last_s - kBackward_s) return true;
  return second_of(time_s, taken_->origin_s) > second_of(taken_->last_s, taken_->origin_s);
}

void StillSchedule::take(double time_s) noexcept {
  if (!std::isfinite(time_s)) return;
  if (!taken_ || time_s < taken_->last_s - kBackward_s) taken_ = Taken{time_s, time_s};
  taken_->last_s = std::max(taken_->last_s, time_s);
}

stream::SlowObservation SlowPath::look(const stream::PictureView& still, double time_s) noexcept {
  schedule_.take(time_s);
  stream::SlowObservation seen;
  seen.time_s = time_s;
  kernels::RgbUvHistogramArgs args;
  args.rgb = still.rgb;
  args.width = still.width;
  args.height = still.height;
  args.stride_bytes = still.stride_bytes;
  args.histogram = seen.colour.data();
  if (!kernels::rgb_uv_histogram(args).ok()) return seen;  // no picture: all zero
  if (encoder_ == nullptr) return seen;
  try {
    auto shown = Result<stream::PictureView>(still);
    if (encoder_->still() == stream::StillKind::kClip) shown = clip_picture_.make(still);
    if (!shown) throw std::runtime_error(shown.error().message);
    encoder_->encode(*shown, seen.semantic);
  } catch (...) {
    ++encoder_failures_;
    seen.semantic.fill(0.0F);
    return seen;
  }
  if (!std::all_of(seen.semantic.begin(), seen.semantic.end(), [](float value) { return std::isfinite(value); })) {
    ++encoder_failures_;
    seen.semantic.fill(0.0F);
  }
  return seen;
}

}  // namespace photoplayer::perception
