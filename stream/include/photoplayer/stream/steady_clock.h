// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Running time from the machine's steady clock, 0 at construction: for hosts without a pipeline's clock.
#include <photoplayer/stream/clock.h>

#include <chrono>

namespace photoplayer::stream {

class SteadyClock final : public Clock {
 public:
  [[nodiscard]] double now_s() const override;
  bool wait_until(double time_s) override;
  void interrupt() override;
  void resume() override;

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::condition_variable woken_;
  bool interrupted_ = false;
  unsigned interruptions_ = 0;
};

}  // namespace photoplayer::stream
