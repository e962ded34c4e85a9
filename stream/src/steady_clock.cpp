// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/steady_clock.h>

namespace photoplayer::stream {

double SteadyClock::now_s() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

bool SteadyClock::wait_until(double time_s) {
  const auto until =
      begin_ + std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(time_s));
  std::unique_lock lock(mutex_);
  // Counted, so that a sleeper that has not woken yet when `resume` comes still learns of it.
  const unsigned before = interruptions_;
  return !woken_.wait_until(lock, until, [&] { return interrupted_ || interruptions_ != before; });
}

void SteadyClock::interrupt() {
  {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    ++interruptions_;
  }
  woken_.notify_all();
}

void SteadyClock::resume() {
  const std::lock_guard lock(mutex_);
  interrupted_ = false;
}

}  // namespace photoplayer::stream
