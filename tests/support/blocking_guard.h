// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Counts the calls by which one thread might wait (locks, conditions, sleeps, yields, writes and reads) while a guard
/// lives on it. Link blocking_guard.cpp into the test. Under a sanitizer, whose run time stands in the same place, it
/// counts nothing: `works()` says so.
#include <cstddef>

namespace photoplayer::test {

class BlockingGuard {
 public:
  BlockingGuard() noexcept;
  ~BlockingGuard();
  BlockingGuard(const BlockingGuard&) = delete;
  BlockingGuard& operator=(const BlockingGuard&) = delete;
  [[nodiscard]] std::size_t count() const noexcept;
  [[nodiscard]] static bool works() noexcept;
};

}  // namespace photoplayer::test
