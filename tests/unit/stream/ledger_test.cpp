// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/ledger.h>

#include "support/catch.h"

using namespace photoplayer;
using namespace photoplayer::stream;

namespace {

/// A beat a second.
void schedule_beats(Ledger& ledger, std::int64_t beats) {
  Hop hop;
  hop.rows = 1;
  for (; hop.first < beats; ++hop.first) {
    hop.beats_s = {static_cast<double>(hop.first)};
    ledger.hop_scheduled(hop);
  }
}

}  // namespace

TEST_CASE("Ledger: beats keep their numbers when the oldest are forgotten", "[stream][unit]") {
  Ledger ledger;
  schedule_beats(ledger, 100'050);
  REQUIRE(ledger.report().beats_s.size() == 100'000);
  const auto beats = ledger.beats(100'045.0, 100'047.5);
  REQUIRE(beats.size() == 2);
  CHECK(beats[0].time_s == 100'046.0);
  CHECK(beats[0].number == 100'046);
  CHECK(beats[0].bar == 25'011);
  CHECK(beats[1].number == 100'047);
}

TEST_CASE("Ledger: what is asked for often stays small", "[stream][unit]") {
  Ledger ledger;
  schedule_beats(ledger, 1000);
  const auto beats = ledger.beats(-1.0, 1e9);
  REQUIRE(beats.size() == 64);
  CHECK(beats.front().number == 936);
  CHECK(beats.back().number == 999);
  CHECK(ledger.beats(999.0, 1e9).empty());
  ledger.failed({ErrorCode::kInternal, "no"});
  const Report counts = ledger.counts();
  CHECK(counts.failures == 1);
  CHECK(counts.last_failure == "no");
  CHECK(counts.beats_s.empty());
  ledger.reset();
  CHECK(ledger.beats(-1.0, 1e9).empty());
}
