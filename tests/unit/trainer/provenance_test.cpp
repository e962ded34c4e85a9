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

TEST_CASE("Provenance: two that went on from the same bundle tell of it once") {
  const json oldest = {{"music", {piece("lieder", 3)}}, {"seed", 1}};
  const auto from = [&](const char* sha256) { return json{{"sha256", sha256}, {"provenance", oldest}}; };
  const json student = {{"seed", 2}, {"continued_from", from("a")}};
  CHECK(told_once(student, {{"seed", 3}, {"continued_from", from("a")}}) ==
        json{{"seed", 2}, {"continued_from", "as above"}});
  CHECK(told_once(student, student) == "as above");
  // The same data, but another bundle: told against the student, from which it is one generation away.
  CHECK(told_once(student, {{"seed", 3}, {"continued_from", from("b")}}) == student);
  // In the next generation's file it may stand so already.
  const json told = {{"seed", 2}, {"continued_from", "as above"}};
  CHECK(told_once(told, {{"seed", 3}}) == told);
}
