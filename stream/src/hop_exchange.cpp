// SPDX-License-Identifier: Apache-2.0
#include "hop_exchange.h"

#include <utility>

namespace photoplayer::stream {

void HopExchange::open(const Opening& opening) {
  const std::lock_guard lock(mutex_);
  opening_ = opening;
}

bool HopExchange::claim(std::int64_t first, int rows) {
  const std::lock_guard lock(mutex_);
  if (first != frontier_) return false;
  frontier_ += rows;
  in_flight_ = true;
  return true;
}

bool HopExchange::claim_back(std::int64_t first, int rows, double start_s) {
  const std::lock_guard lock(mutex_);
  if (in_flight_ || !delivered_.empty() || !gaps_.empty() || ended_) return false;
  if (first >= frontier_ || start_s < rendered_until_s_) return false;
  frontier_ = first + rows;
  in_flight_ = true;
  early_s_ = start_s;
  return true;
}

bool HopExchange::may_render(double until_s) {
  const std::lock_guard lock(mutex_);
  if (early_s_ && until_s > *early_s_) return false;
  rendered_until_s_ = until_s;
  return true;
}

void HopExchange::deliver(Hop hop) {
  const std::lock_guard lock(mutex_);
  delivered_.push_back(std::move(hop));
  in_flight_ = false;
}

std::vector<HopExchange::Gap> HopExchange::take_gaps() {
  const std::lock_guard lock(mutex_);
  return std::exchange(gaps_, {});
}

std::optional<double> HopExchange::oldest_start_s() const {
  const std::lock_guard lock(mutex_);
  if (delivered_.empty()) return std::nullopt;
  return delivered_.front().start_s;
}

void HopExchange::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
}

std::optional<HopExchange::Opening> HopExchange::opening() const {
  const std::lock_guard lock(mutex_);
  return opening_;
}

HopExchange::Next HopExchange::take(Hop& hop) {
  const std::lock_guard lock(mutex_);
  if (!delivered_.empty()) {
    hop = std::move(delivered_.front());
    delivered_.pop_front();
    early_s_.reset();
    return Next::kHop;
  }
  if (in_flight_) return Next::kSoon;
  return ended_ ? Next::kEnd : Next::kMissing;
}

bool HopExchange::fill(const Hop& substitute) {
  const std::lock_guard lock(mutex_);
  if (substitute.first != frontier_ || in_flight_) return false;
  frontier_ += substitute.rows;
  gaps_.push_back({substitute.rows, substitute.source});
  return true;
}

}  // namespace photoplayer::stream
