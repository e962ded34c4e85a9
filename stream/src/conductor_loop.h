// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the conductor's thread does: every 10 ms renders as far ahead as the jitter buffer and never waits for the
/// sampler. With real-time priority where that is granted; so a turn renders no more than the jitter buffer and then
/// sleeps, however late it is. What is not there when due comes from the understudy; in instant mode strong events are
/// answered here. Tested in tests/unit/stream/live_engine_test.cpp and instant_test.cpp.
#include "hop_exchange.h"
#include "live_pace.h"
#include "reflex.h"
#include "ring_render_port.h"
#include "understudy.h"

#include <vector>

namespace photoplayer::stream {

class ConductorLoop {
 public:
  ConductorLoop(const LiveSettings& settings, LivePace& pace, const Timeline& timeline, Conductor& conductor,
                Ledger& ledger, FrameRing& ring, RingRenderPort& port, HopExchange& exchange,
                ReadControls read_controls);

  /// Returns when stopped. Caller: the conductor's thread.
  void run();

 private:
  void fill();
  [[nodiscard]] bool fetch_hop();
  void react(const Controls& controls);
  void book_queue();

  LiveSettings settings_;
  LivePace& pace_;
  const Timeline& timeline_;
  Conductor& conductor_;
  Ledger& ledger_;
  FrameRing& ring_;
  RingRenderPort& port_;
  HopExchange& exchange_;
  ReadControls read_controls_;

  Understudy understudy_;
  Reflex reflex_;
  bool opened_ = false;
  std::vector<float> block_;
};

}  // namespace photoplayer::stream
