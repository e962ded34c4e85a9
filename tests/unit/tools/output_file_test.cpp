// SPDX-License-Identifier: Apache-2.0
#include "media/output_file.h"

#include "clips.h"
#include "support/catch.h"

using namespace photoplayer;
using namespace photoplayer::tools;
using namespace photoplayer::tools::test;

TEST_CASE("OutputFile: appears when committed, whole, in place of an older one", "[tools][unit]") {
  const TemporaryFolder folder;
  write_file(folder / "a.txt", "old");
  {
    auto output = OutputFile::create(folder / "a.txt");
    REQUIRE(output);
    REQUIRE(output->write_all("new"));
    CHECK(read_file(folder / "a.txt") == "old");
    REQUIRE(output->commit());
  }
  CHECK(read_file(folder / "a.txt") == "new");
  CHECK(folder.entries() == std::vector<std::string>{"a.txt"});
}

TEST_CASE("OutputFile: without commit nothing is left", "[tools][unit]") {
  const TemporaryFolder folder;
  {
    auto output = OutputFile::create(folder / "a.txt");
    REQUIRE(output);
    REQUIRE(output->write_all("half"));
    auto moved = std::move(*output);
  }
  CHECK(folder.entries().empty());
}

TEST_CASE("OutputFile: a link is followed", "[tools][unit]") {
  const TemporaryFolder folder;
  write_file(folder / "real.txt", "old");
  std::filesystem::create_symlink(folder / "real.txt", folder / "link.txt");
  auto output = OutputFile::create(folder / "link.txt");
  REQUIRE(output);
  REQUIRE(output->write_all("new"));
  REQUIRE(output->commit());
  CHECK(std::filesystem::is_symlink(folder / "link.txt"));
  CHECK(read_file(folder / "real.txt") == "new");
}

TEST_CASE("OutputFile: a place that cannot be written is known at once", "[tools][unit]") {
  const TemporaryFolder folder;
  for (const std::filesystem::path& target :
       {folder / "missing/a.txt", folder.path(), std::filesystem::path("/dev/null")}) {
    INFO(target);
    const auto output = OutputFile::create(target);
    REQUIRE_FALSE(output);
    CHECK(output.error().code == ErrorCode::kOutput);
  }
}
