// SPDX-License-Identifier: Apache-2.0
#include "support/blocking_guard.h"

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define PHOTOPLAYER_GUARDS_BLOCKING 0
#else
#define PHOTOPLAYER_GUARDS_BLOCKING 1
#endif

namespace {

thread_local bool guarded = false;
thread_local std::size_t calls = 0;

}  // namespace

#if PHOTOPLAYER_GUARDS_BLOCKING

#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

namespace {

/// The C library's own, which the definitions below stand before.
template <typename Function>
Function* original(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

void count_call() noexcept {
  if (guarded) ++calls;
}

}  // namespace

#define PHOTOPLAYER_GUARD(result, name, parameters, arguments)       \
  extern "C" result name parameters {                                \
    static auto* const library = original<result parameters>(#name); \
    count_call();                                                    \
    return library arguments;                                        \
  }

PHOTOPLAYER_GUARD(int, pthread_mutex_lock, (pthread_mutex_t * mutex), (mutex))
PHOTOPLAYER_GUARD(int, pthread_rwlock_rdlock, (pthread_rwlock_t * lock), (lock))
PHOTOPLAYER_GUARD(int, pthread_rwlock_wrlock, (pthread_rwlock_t * lock), (lock))
PHOTOPLAYER_GUARD(int, pthread_cond_wait, (pthread_cond_t * condition, pthread_mutex_t* mutex), (condition, mutex))
PHOTOPLAYER_GUARD(int, pthread_cond_timedwait,
                  (pthread_cond_t * condition, pthread_mutex_t* mutex, const timespec* time), (condition, mutex, time))
PHOTOPLAYER_GUARD(int, pthread_cond_clockwait,
                  (pthread_cond_t * condition, pthread_mutex_t* mutex, clockid_t clock, const timespec* time),
                  (condition, mutex, clock, time))
PHOTOPLAYER_GUARD(int, nanosleep, (const timespec* time, timespec* left), (time, left))
PHOTOPLAYER_GUARD(int, clock_nanosleep, (clockid_t clock, int flags, const timespec* time, timespec* left),
                  (clock, flags, time, left))
PHOTOPLAYER_GUARD(int, sched_yield, (), ())
PHOTOPLAYER_GUARD(int, poll, (pollfd * files, nfds_t count, int timeout), (files, count, timeout))
PHOTOPLAYER_GUARD(ssize_t, write, (int file, const void* bytes, std::size_t count), (file, bytes, count))
PHOTOPLAYER_GUARD(ssize_t, read, (int file, void* bytes, std::size_t count), (file, bytes, count))

#endif

namespace photoplayer::test {

BlockingGuard::BlockingGuard() noexcept {
  calls = 0;
  guarded = true;
}
BlockingGuard::~BlockingGuard() {
  guarded = false;
}
std::size_t BlockingGuard::count() const noexcept {
  return calls;
}
bool BlockingGuard::works() noexcept {
  return PHOTOPLAYER_GUARDS_BLOCKING != 0;
}

}  // namespace photoplayer::test
