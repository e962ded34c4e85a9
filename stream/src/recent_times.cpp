// SPDX-License-Identifier: Apache-2.0
#include "recent_times.h"

#include <algorithm>
#include <cmath>

namespace photoplayer::stream {

RecentTimes::RecentTimes() {
  times_.reserve(kCapacity);
  sorted_.reserve(kCapacity);
}

void RecentTimes::add(double seconds) {
  if (times_.size() < kCapacity) {
    times_.push_back(seconds);
  } else {
    times_[next_] = seconds;
  }
  next_ = (next_ + 1) % kCapacity;
}

double RecentTimes::slow_s() const {
  if (times_.empty()) return 0.0;
  if (times_.size() == 1) return times_.front();
  sorted_ = times_;
  const auto rank = static_cast<std::size_t>(std::ceil(0.999 * static_cast<double>(sorted_.size())));
  const std::size_t index = std::min(rank, sorted_.size() - 1) - 1;
  std::nth_element(sorted_.begin(), sorted_.begin() + static_cast<std::ptrdiff_t>(index), sorted_.end());
  return sorted_[index];
}

}  // namespace photoplayer::stream
