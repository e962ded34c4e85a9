// SPDX-License-Identifier: Apache-2.0
#pragma once
/// SIGINT, SIGTERM and (unless started by `nohup`) SIGHUP as a flag that long work looks at, so that what is half done
/// can be removed. A second signal, half a second or more later, ends the process at once, for a user who will not
/// wait.
#include <atomic>

namespace photoplayer::tools {

void catch_signals();
[[nodiscard]] const std::atomic<bool>& interrupted() noexcept;

}  // namespace photoplayer::tools
