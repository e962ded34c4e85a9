// SPDX-License-Identifier: Apache-2.0
#include "progress.h"

#include "support/catch.h"

using photoplayer::tools::Progress;

TEST_CASE("Progress: the line says how far and how long", "[tools][unit]") {
  CHECK(Progress::line(30, 60, 10) == "[###############...............]  50 %  0:30 of 1:00, 0:10 left");
  CHECK(Progress::line(0, 60, 0.2) == "[..............................]   0 %  0:00 of 1:00");
  CHECK(Progress::line(70, 60, 10).find("100 %") != std::string::npos);
  CHECK(Progress::line(3725, std::nullopt, 10) == "scored 1:02:05");
}

TEST_CASE("Progress: in a pipe it writes nothing", "[tools][unit]") {
  std::FILE* file = std::tmpfile();
  REQUIRE(file != nullptr);
  {
    Progress progress(file);
    progress.show(1, 2);
    progress.say("writing");
  }
  CHECK(std::ftell(file) == 0);
  std::fclose(file);
}
