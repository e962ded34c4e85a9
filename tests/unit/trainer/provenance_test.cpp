// SPDX-License-Identifier: Apache-2.0
#include "provenance.h"

#include "support/catch.h"

using nlohmann::json;
using photoplayer::train::told_once;

namespace {

json semantic(int rows) {
  return {{"rows", rows}, {"sources", {{{"package", "clip art"}, {"stills", 10}}}}};
}
json piece(const char* what, int count) {
  return {{"what", what}, {"count", count}};
}

}  // namespace

TEST_CASE("Provenance: what a later generation says just so appears once, through all generations") {
  const json oldest = {{"music", {piece("lieder", 3), piece("composer", 50)}}, {"semantic", semantic(7)}, {"seed", 1}};
  const json middle = {{"music", {piece("composer", 80), piece("lieder", 3)}},
                       {"semantic", semantic(7)},
                       {"seed", 1},
                       {"continued_from", {{"sha256", "a"}, {"provenance", oldest}}}};
  const json newest = {{"music", {piece("composer", 90), piece("lieder", 4)}}, {"semantic", semantic(7)}, {"seed", 1}};

  const json told = told_once(middle, newest);
  CHECK(told.at("music") == middle.at("music"));
  CHECK(told.at("semantic") == "as above");
  CHECK(told.at("seed") == 1);
  const json before = {{"music", {"as above: lieder", piece("composer", 50)}}, {"semantic", "as above"}, {"seed", 1}};
  CHECK(told.at("continued_from") == json{{"sha256", "a"}, {"provenance", before}});

  // What the file already tells once stays so.
  CHECK(told_once(told, newest) == told);
}

TEST_CASE("Provenance: what differs is kept, but for its parts that do not") {
  const json earlier = {{"semantic", semantic(7)}, {"scores", "none"}};
  CHECK(told_once(earlier, {{"semantic", semantic(8)}}) ==
        json{{"semantic", {{"rows", 7}, {"sources", "as above"}}}, {"scores", "none"}});
  CHECK(told_once(earlier, {{"pictures", 3}}) == earlier);
}
