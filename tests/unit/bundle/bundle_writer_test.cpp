// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/bundle_writer.h>

#include "bundle_fixture.h"
#include "support/catch.h"

#include <limits>

using namespace photoplayer;
using namespace photoplayer::model;
using namespace photoplayer::model::test;

TEST_CASE("write_bundle: an existing bundle is replaced whole and nothing else is left", "[bundle][unit]") {
  const TemporaryFolder folder;
  REQUIRE(write_bundle(folder / "a.bundle", kMetadata, small_tensors()));
  const std::vector<NamedTensor> one = {{"x", {1}, {7.0F}}};
  REQUIRE(write_bundle(folder / "a.bundle", kMetadata, one));
  CHECK(Bundle::open(folder / "a.bundle").value().names() == std::vector<std::string>{"x"});
  CHECK(folder.entries() == 1);
}

TEST_CASE("write_bundle: the same input gives the same bytes", "[bundle][unit]") {
  const TemporaryFolder folder;
  REQUIRE(write_bundle(folder / "a.bundle", kMetadata, small_tensors()));
  REQUIRE(write_bundle(folder / "b.bundle", kMetadata, small_tensors()));
  CHECK(read_file(folder / "a.bundle") == read_file(folder / "b.bundle"));
}

TEST_CASE("write_bundle: a request that makes no valid bundle is refused and leaves no file", "[bundle][unit]") {
  const TemporaryFolder folder;
  const std::string good = kMetadata;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  struct Case {
    const char* what;
    std::string metadata;
    std::vector<NamedTensor> tensors;
  };
  const std::vector<Case> cases = {
      {"not JSON", "{", small_tensors()},
      {"no licence", R"({"format":1,"family":"parlour","name":"t","config":{},"provenance":"x"})", {}},
      {"invalid UTF-8",
       "{\"format\":1,\"family\":\"parlour\",\"name\":\"\xff\",\"config\":{},\"provenance\":\"x\",\"licence\":\"x\"}",
       {}},
      {"too few values", good, {{"x", {2}, {1.0F}}}},
      {"negative extent", good, {{"x", {-1}, {}}}},
      {"huge extent", good, {{"x", {1LL << 40, 1LL << 40}, {}}}},
      {"NaN", good, {{"x", {1}, {nan}}}},
      {"past the half's range", good, {{"x", {1}, {70000.0F}, DType::kF16}}},
      {"integer storage", good, {{"x", {1}, {1.0F}, DType::kI32}}},
      {"name twice", good, {{"x", {1}, {1.0F}}, {"x", {1}, {2.0F}}}},
      {"reserved name", good, {{"__metadata__", {1}, {1.0F}}}},
      {"no name", good, {{"", {1}, {1.0F}}}},
      {"a name that is not UTF-8", good, {{"\xff", {1}, {1.0F}}}},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    const auto written = write_bundle(folder / "a.bundle", c.metadata, c.tensors);
    REQUIRE_FALSE(written);
    CHECK(written.error().code == ErrorCode::kInternal);
    CHECK(one_line(written.error().message));
    CHECK(folder.entries() == 0);
  }
}

TEST_CASE("write_bundle: a place that cannot be written is an output error", "[bundle][unit]") {
  const TemporaryFolder folder;
  for (const std::filesystem::path& path :
       {folder / "no folder/a.bundle", std::filesystem::path("/dev/null"), std::filesystem::path("/proc/a.bundle")}) {
    const auto written = write_bundle(path, kMetadata, small_tensors());
    REQUIRE_FALSE(written);
    CHECK(written.error().code == ErrorCode::kOutput);
    CHECK(one_line(written.error().message));
  }
}

TEST_CASE("BundleWriter: pieces of any size give the file that write_bundle gives", "[bundle][unit]") {
  const TemporaryFolder folder;
  const std::vector<NamedTensor> tensors = small_tensors();
  REQUIRE(write_bundle(folder / "whole.bundle", kMetadata, tensors));
  std::vector<PlannedTensor> planned;
  for (const NamedTensor& tensor : tensors) planned.push_back({tensor.name, tensor.shape, tensor.storage});
  auto writer = BundleWriter::create(folder / "pieces.bundle", kMetadata, planned);
  REQUIRE(writer);
  for (const PlannedTensor& next : writer->order()) {
    for (const NamedTensor& tensor : tensors) {
      if (tensor.name != next.name) continue;
      for (const float& value : tensor.values) REQUIRE(writer->write({&value, 1}));
    }
  }
  CHECK_FALSE(std::filesystem::exists(folder / "pieces.bundle"));
  REQUIRE(writer->commit());
  CHECK(read_file(folder / "pieces.bundle") == read_file(folder / "whole.bundle"));
  CHECK(folder.entries() == 2);
}

TEST_CASE("BundleWriter: too few values, too many or none at all leave no file", "[bundle][unit]") {
  const TemporaryFolder folder;
  const std::vector<float> values(8, 1.0F);
  const auto create = [&] { return BundleWriter::create(folder / "a.bundle", kMetadata, {{"x", {4}}, {"y", {2}}}); };
  {
    auto writer = create();
    REQUIRE(writer);
    CHECK(folder.entries() == 1);
    REQUIRE(writer->write(std::span(values).first(4)));
    REQUIRE(writer->write(std::span(values).first(1)));
    CHECK(writer->commit().error().code == ErrorCode::kInternal);
  }
  CHECK(folder.entries() == 0);
  {
    auto writer = create();
    CHECK_FALSE(writer->write(std::span(values).first(5)));  // a piece lies within one tensor
    REQUIRE(writer->write(std::span(values).first(4)));
    REQUIRE(writer->write(std::span(values).first(2)));
    CHECK_FALSE(writer->write(std::span(values).first(1)));
  }
  CHECK(folder.entries() == 0);
}
