// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The only source of time for the live threads; a pipeline's clock, the steady clock or a test's.
#include <condition_variable>
#include <mutex>

namespace photoplayer::stream {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Running time in seconds. Any thread.
  [[nodiscard]] virtual double now_s() const = 0;
  /// Sleeps until `time_s` or until `interrupt()`. Returns false if interrupted. Any thread but render.
  virtual bool wait_until(double time_s) = 0;
  /// Wakes every waiter, and every later one, until `resume()`.
  virtual void interrupt() = 0;
  virtual void resume() = 0;
};

}  // namespace photoplayer::stream
