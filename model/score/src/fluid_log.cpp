// SPDX-License-Identifier: Apache-2.0
#include "fluid_log.h"

#include <fluidsynth.h>

#include <algorithm>
#include <mutex>

namespace photoplayer::model::detail {
namespace {
thread_local FluidLog* current = nullptr;
std::once_flag installed;
}  // namespace

FluidLog::FluidLog() : outer_(current) {
  current = this;
  std::call_once(installed, [] {
    for (int level = FLUID_PANIC; level < LAST_LOG_LEVEL; ++level) {
      fluid_set_log_function(level, &FluidLog::receive, nullptr);
    }
  });
}

FluidLog::~FluidLog() {
  current = outer_;
}

void FluidLog::receive(int level, const char* message, void* /*data*/) {
  if (current == nullptr || message == nullptr || level > FLUID_WARN) return;
  try {
    current->last_ = message;
    std::replace(current->last_.begin(), current->last_.end(), '\n', ' ');
  } catch (...) {  // Out of memory inside a C callback: the line is lost, nothing else.
  }
}

}  // namespace photoplayer::model::detail
