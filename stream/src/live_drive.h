// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The two live threads. The sampler makes each hop just in time (deadline minus budget), the conductor
/// renders every 10 ms as far ahead as the jitter buffer and never waits for the sampler: what is not there
/// when due comes from the understudy. Both sleep on the clock alone. Owned by the engine's control thread.
/// Tested in tests/unit/stream/live_engine_test.cpp.
#include "conductor_loop.h"
#include "hop_exchange.h"
#include "live_pace.h"
#include "sampler_loop.h"

#include <thread>

namespace photoplayer::stream {

class LiveDrive {
 public:
  LiveDrive(const LiveSettings& settings, Clock& clock, const Timeline& timeline, Conductor& conductor, Ledger& ledger,
            FrameRing& ring, RingRenderPort& port, MakeSampler make_sampler, const ReadControls& read_controls);
  /// Stops and joins.
  ~LiveDrive();
  LiveDrive(const LiveDrive&) = delete;
  LiveDrive& operator=(const LiveDrive&) = delete;

 private:
  void stop();

  LivePace pace_;
  HopExchange exchange_;
  SamplerLoop sampler_;
  ConductorLoop conductor_;
  std::thread sampler_thread_;
  std::thread conductor_thread_;
};

}  // namespace photoplayer::stream
