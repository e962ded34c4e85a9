// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Many independent pieces of work on all cores.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace photoplayer::train {

/// Calls `work(i)` for every i below `count`, in any order, from several threads; `progress` with the share that is
/// done, from the calling thread only. Rethrows the first exception, when all threads have ended.
inline void parallel_for(std::size_t count, const std::function<void(std::size_t)>& work,
                         const std::function<void(double)>& progress) {
  std::atomic<std::size_t> next{0};
  std::mutex error_mutex;
  std::exception_ptr error;
  const auto run = [&](bool reports) {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        work(i);
        if (reports) progress(static_cast<double>(i + 1) / static_cast<double>(count));
      } catch (...) {
        const std::lock_guard lock(error_mutex);
        if (!error) error = std::current_exception();
        next = count;
      }
    }
  };
  std::vector<std::thread> helpers;
  for (unsigned w = 1; w < std::max(1U, std::thread::hardware_concurrency()); ++w) helpers.emplace_back(run, false);
  run(true);
  for (auto& helper : helpers) helper.join();
  if (error) std::rethrow_exception(error);
}

}  // namespace photoplayer::train
