// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Counts what one thread allocates and frees while a guard lives on it. Link allocation_guard.cpp into the
/// test.
#include <cstddef>

namespace photoplayer::test {

class AllocationGuard {
 public:
  AllocationGuard() noexcept;
  ~AllocationGuard();
  AllocationGuard(const AllocationGuard&) = delete;
  AllocationGuard& operator=(const AllocationGuard&) = delete;
  [[nodiscard]] std::size_t count() const noexcept;
};

}  // namespace photoplayer::test
