// SPDX-License-Identifier: Apache-2.0
#include "hop_exchange.h"

#include "support/catch.h"

using namespace photoplayer::stream;

namespace {

Hop hop_of(std::int64_t first, int rows) {
  Hop hop;
  hop.first = first;
  hop.rows = rows;
  hop.start_s = static_cast<double>(first);
  return hop;
}

}  // namespace

TEST_CASE("Hop exchange: beats are either claimed or filled", "[stream][unit]") {
  HopExchange exchange;
  Hop hop;
  CHECK(exchange.take(hop) == HopExchange::Next::kMissing);
  CHECK(exchange.claim(0, 2));
  CHECK(exchange.take(hop) == HopExchange::Next::kSoon);
  CHECK_FALSE(exchange.fill(hop_of(2, 2)));
  exchange.deliver(hop_of(0, 2));
  CHECK(exchange.take(hop) == HopExchange::Next::kHop);
  CHECK(exchange.fill(hop_of(2, 2)));
  CHECK_FALSE(exchange.claim(2, 2));
  CHECK(exchange.take_gaps().size() == 1);
  CHECK(exchange.claim(4, 2));
}

TEST_CASE("Hop exchange: beats can be claimed back until they are rendered", "[stream][unit]") {
  HopExchange exchange;
  Hop hop;
  REQUIRE(exchange.claim(0, 4));
  exchange.deliver(hop_of(0, 4));
  CHECK_FALSE(exchange.claim_back(2, 1, 2.0));  // nobody has taken it yet
  REQUIRE(exchange.take(hop) == HopExchange::Next::kHop);
  CHECK(exchange.may_render(1.5));
  CHECK_FALSE(exchange.claim_back(1, 1, 1.0));  // sounds already
  CHECK_FALSE(exchange.claim_back(4, 1, 4.0));  // that would be the next hop
  REQUIRE(exchange.claim_back(2, 1, 2.0));
  CHECK(exchange.may_render(2.0));
  CHECK_FALSE(exchange.may_render(2.01));
  CHECK(exchange.take(hop) == HopExchange::Next::kSoon);
  exchange.deliver(hop_of(2, 1));
  CHECK_FALSE(exchange.may_render(2.01));
  REQUIRE(exchange.take(hop) == HopExchange::Next::kHop);
  CHECK(hop.first == 2);
  CHECK(exchange.may_render(2.5));
  CHECK(exchange.claim(3, 4));
}
