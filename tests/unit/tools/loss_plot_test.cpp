// SPDX-License-Identifier: Apache-2.0
#include "plot/loss_plot.h"

#include <sstream>

#include "support/catch.h"

using namespace photoplayer;
using namespace photoplayer::tools;

TEST_CASE("a training log's curves are per stage and number, the last word on a step counts", "[tools][plot]") {
  std::istringstream log(R"({"stage":"data","pieces":9}
{"stage":"vae","step":10,"share":0.1,"seconds_left":9.0,"loss":3.0}
{"stage":"vae","step":20,"share":0.2,"loss":2.0,"measured":{"snr":1.0}}
{"stage":"vae","step":20,"share":0.2,"loss":2.5}
{"stage":"joint","step":50,"loss":0.5,"p_real":1.0}
{"stage":"vae","step":30,"lo)");
  const auto curves = read_loss_curves(log);
  REQUIRE(curves.size() == 3);
  CHECK(curves.at({"vae", "loss"}) == std::map<double, double>{{10.0, 3.0}, {20.0, 2.5}});
  CHECK(curves.at({"joint", "p_real"}) == std::map<double, double>{{50.0, 1.0}});
  const auto png = loss_plot(curves);
  REQUIRE(png);
  CHECK(png->substr(1, 3) == "PNG");
  CHECK(*png != *loss_plot({{{"vae", "loss"}, {{10.0, 3.0}, {20.0, 3.0}}}}));
}

TEST_CASE("a log without losses makes no plot", "[tools][plot]") {
  std::istringstream log("{\"stage\":\"data\",\"pieces\":9}\n");
  const auto png = loss_plot(read_loss_curves(log));
  REQUIRE_FALSE(png);
  CHECK(png.error().code == ErrorCode::kBadInput);
}
