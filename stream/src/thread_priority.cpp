// SPDX-License-Identifier: Apache-2.0
#include "thread_priority.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace photoplayer::stream {

const char* raise_own_priority() noexcept {
  sched_param lowest{};
  lowest.sched_priority = sched_get_priority_min(SCHED_RR);
  // Programs that the host starts from here must not inherit it.
  if (pthread_setschedparam(pthread_self(), SCHED_RR | SCHED_RESET_ON_FORK, &lowest) == 0) return "real-time";
  constexpr int kFavoured = -11;  // as sound servers do
  // On Linux a thread has a nice value of its own.
  if (setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kFavoured) == 0) return "favoured";
  return "normal";
}

}  // namespace photoplayer::stream
