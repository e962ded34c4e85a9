// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the system grants the thread that carries the sound.

namespace photoplayer::stream {

/// Asks for the lowest real-time priority, which is above every program without one and below a sound server; else for
/// a favourable nice value; else leaves things as they are. Says which was granted: "real-time", "favoured" or
/// "normal". Caller: the thread itself. Tested in tests/unit/stream/live_engine_test.cpp.
[[nodiscard]] const char* raise_own_priority() noexcept;

}  // namespace photoplayer::stream
