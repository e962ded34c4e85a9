// SPDX-License-Identifier: Apache-2.0
#include "signals.h"

#include <csignal>
#include <cstdint>
#include <ctime>

namespace photoplayer::tools {
namespace {

constexpr std::int64_t kSameMoment_ms = 500;

// Global because a signal handler has no other way to reach them.
std::atomic<bool> g_interrupted{false};
std::atomic<std::int64_t> g_first_ms{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);

extern "C" void on_signal(int number) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t now_ms = now.tv_sec * 1000 + now.tv_nsec / 1000000;
  std::int64_t first_ms = 0;
  if (g_first_ms.compare_exchange_strong(first_ms, now_ms)) {
    g_interrupted = true;
    return;
  }
  // `timeout` and a closing terminal signal twice at once and mean it once.
  if (now_ms - first_ms < kSameMoment_ms) return;
  std::signal(number, SIG_DFL);
  std::raise(number);
}

}  // namespace

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
  struct sigaction before {};
  sigaction(SIGHUP, nullptr, &before);
  if (before.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);  // else `nohup` started it
  // A reader that goes away (`photoplayer inspect … | head`) and a limit on file sizes (`ulimit -f`) are not worth a
  // signal's death: write() fails as well, which can be said and cleaned up after.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

const std::atomic<bool>& interrupted() noexcept {
  return g_interrupted;
}

}  // namespace photoplayer::tools
