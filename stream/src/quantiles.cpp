// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/quantiles.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace photoplayer::stream {
namespace {
constexpr double kSmallest_s = 1e-6;
}

void Quantiles::add(double seconds) noexcept {
  if (!(seconds >= 0.0)) return;
  const double octaves = std::log2(std::max(seconds, kSmallest_s) / kSmallest_s);
  const auto bucket = static_cast<std::size_t>(octaves * static_cast<double>(kPerOctave));
  ++buckets_[std::min(bucket, kBuckets - 1)];
  ++count_;
  max_s_ = std::max(max_s_, seconds);
}

double Quantiles::quantile_s(double share) const noexcept {
  if (count_ == 0) return 0.0;
  const auto wanted = static_cast<std::uint64_t>(std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_)));
  std::uint64_t below = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    below += buckets_[bucket];
    if (below >= std::max<std::uint64_t>(wanted, 1)) {
      const double middle = (static_cast<double>(bucket) + 0.5) / static_cast<double>(kPerOctave);
      return std::min(max_s_, kSmallest_s * std::exp2(middle));
    }
  }
  return max_s_;
}

StageTimes Quantiles::summary(std::string name) const {
  constexpr double kMilli = 1e3;
  return {std::move(name),
          count_,
          quantile_s(0.5) * kMilli,
          quantile_s(0.95) * kMilli,
          quantile_s(0.99) * kMilli,
          quantile_s(0.999) * kMilli,
          max_s_ * kMilli};
}

}  // namespace photoplayer::stream
