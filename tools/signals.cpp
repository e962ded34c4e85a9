// SPDX-License-Identifier: Apache-2.0
#include "signals.h"

#include <csignal>

namespace photoplayer::tools {
namespace {

// Global because a signal handler has no other way to reach it.
std::atomic<bool> g_interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void on_signal(int) { g_interrupted = true; }

}  // namespace

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // the second one finds the default again
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
  // A reader that goes away (`photoplayer inspect … | head`) is not worth a signal's death.
  std::signal(SIGPIPE, SIG_IGN);
}

const std::atomic<bool>& interrupted() noexcept { return g_interrupted; }

}  // namespace photoplayer::tools
