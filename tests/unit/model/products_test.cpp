// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/network/products.h>

#include <ATen/Parallel.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include "support/catch.h"

using namespace photoplayer::network;

namespace {

class Threads {
 public:
  explicit Threads(int count) : before_(at::get_num_threads()) { at::set_num_threads(count); }
  ~Threads() { at::set_num_threads(before_); }

 private:
  int before_;
};

}  // namespace

TEST_CASE("products: work is shared out, each piece once", "[model][unit]") {
  const Threads threads(2);
  std::mutex mutex;
  std::multiset<std::int64_t> done;
  std::set<std::thread::id> workers;
  share_out(40, [&](std::int64_t index) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    const std::lock_guard lock(mutex);
    done.insert(index);
    workers.insert(std::this_thread::get_id());
  });
  CHECK(done.size() == 40);
  CHECK(std::set(done.begin(), done.end()).size() == 40);
#if !defined(__SANITIZE_THREAD__)
  CHECK(workers.size() == 2);
#endif
}

TEST_CASE("products: sharing out nothing, within a share, and what throws", "[model][unit]") {
  const Threads threads(2);
  std::atomic<int> done = 0;
  share_out(0, [&](std::int64_t) { ++done; });
  CHECK(done == 0);
  share_out(3, [&](std::int64_t) { share_out(5, [&](std::int64_t) { ++done; }); });
  CHECK(done == 15);
  CHECK_THROWS_AS(share_out(4, [](std::int64_t) { throw std::runtime_error("no"); }), std::runtime_error);
}

TEST_CASE("products: arguments that the kernel refuses throw", "[model][unit]") {
  CHECK_THROWS_AS(linear_on_cpu(torch::randn({2, 3}), torch::randn({4, 5}), {}), c10::Error);
  CHECK_THROWS_AS(weight_type_of(torch::kDouble), c10::Error);
}
