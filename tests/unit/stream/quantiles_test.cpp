// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/quantiles.h>

#include "support/catch.h"

using namespace photoplayer::stream;

TEST_CASE("Quantiles: percentiles are within 5 % and the maximum is exact", "[stream][unit]") {
  Quantiles quantiles;
  for (int i = 1; i <= 1000; ++i) quantiles.add(i * 1e-3);
  const StageTimes times = quantiles.summary("sample");
  CHECK(times.count == 1000);
  CHECK(times.p50_ms == Approx(500.0).epsilon(0.05));
  CHECK(times.p95_ms == Approx(950.0).epsilon(0.05));
  CHECK(times.p99_ms == Approx(990.0).epsilon(0.05));
  CHECK(times.max_ms == Approx(1000.0));
  Quantiles rare;
  for (int i = 0; i < 998; ++i) rare.add(1e-3);
  rare.add(0.5);
  rare.add(2.0);
  CHECK(rare.summary("step").p99_ms == Approx(1.0).epsilon(0.05));
  CHECK(rare.summary("step").p999_ms == Approx(500.0).epsilon(0.05));
}

TEST_CASE("Quantiles: nothing, extremes and nonsense are harmless", "[stream][unit]") {
  Quantiles quantiles;
  CHECK(quantiles.quantile_s(0.5) == 0.0);
  quantiles.add(-1.0);
  CHECK(quantiles.count() == 0);
  quantiles.add(0.0);
  quantiles.add(1e9);
  CHECK(quantiles.count() == 2);
  CHECK(quantiles.max_s() == 1e9);
}
