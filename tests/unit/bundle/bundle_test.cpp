// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/bundle.h>

#include "bundle_fixture.h"
#include "support/catch.h"

#include <nlohmann/json.hpp>

#include <utility>

using namespace photoplayer;
using namespace photoplayer::model;
using namespace photoplayer::model::test;

TEST_CASE("Bundle: what was written is what is read", "[bundle][unit]") {
  const TemporaryFolder folder;
  REQUIRE(write_bundle(folder / "a.bundle", kMetadata, small_tensors()));
  auto opened = Bundle::open(folder / "a.bundle");
  REQUIRE(opened);
  const Bundle bundle = std::move(*opened);

  CHECK(bundle.names() == std::vector<std::string>{"layer.bias", "layer.weight", "none", "norm"});
  CHECK(bundle.has("norm"));
  CHECK_FALSE(bundle.has("norm2"));
  CHECK(bundle.info().family == "parlour");
  CHECK(bundle.info().name == "tiny");
  CHECK(bundle.info().licence == "CC0-1.0");
  CHECK(nlohmann::json::parse(bundle.config()) == nlohmann::json{{"width", 4}});
  CHECK(nlohmann::json::parse(bundle.info().provenance)["made"] == "by a test");
  CHECK(bundle.metadata("photoplayer") == kMetadata);
  CHECK(bundle.metadata("sha256") == bundle.sha256());
  CHECK_FALSE(bundle.metadata("no such key"));
  CHECK(bundle.file_bytes() == std::filesystem::file_size(folder / "a.bundle"));

  CHECK(bundle.read_f32("layer.weight", {2, 3}).value() == small_tensors()[0].values);
  const auto bias = bundle.read_f32("layer.bias", {3}).value();
  CHECK(bias[0] == Approx(0.1F).epsilon(1e-3));
  CHECK(bias[1] == 65504.0F);
  CHECK(bias[2] == Approx(-1e-6F).margin(6e-8));
  CHECK(bundle.read_f32("norm", {2, 1}).value()[1] == Approx(1e30F).epsilon(4e-3));
  CHECK(bundle.read_f32("none", {0, 7}).value().empty());

  const TensorView view = bundle.tensor("layer.bias").value();
  CHECK(view.dtype == DType::kF16);
  CHECK(view.shape == std::vector<std::int64_t>{3});
  CHECK(view.bytes.size() == 6);
}

TEST_CASE("Bundle: a wrong name or shape is an error that says both sides", "[bundle][unit]") {
  const TemporaryFolder folder;
  REQUIRE(write_bundle(folder / "a.bundle", kMetadata, small_tensors()));
  const Bundle bundle = Bundle::open(folder / "a.bundle").value();

  const auto missing = bundle.read_f32("layer.gain", {3});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::kBadBundle);
  CHECK(missing.error().message.find("layer.gain") != std::string::npos);

  const auto reshaped = bundle.read_f32("layer.weight", {3, 2});
  REQUIRE_FALSE(reshaped);
  CHECK(reshaped.error().message.find("[2, 3]") != std::string::npos);
  CHECK(reshaped.error().message.find("[3, 2]") != std::string::npos);
  CHECK_FALSE(bundle.read_f32("layer.weight", {2, 3, 1}));
}

TEST_CASE("Bundle: what is not a regular file is refused at once", "[bundle][unit]") {
  const TemporaryFolder folder;
  for (const std::filesystem::path& path :
       {folder / "missing.bundle", std::filesystem::path("/"), std::filesystem::path("/dev/null")}) {
    const auto opened = Bundle::open(path);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == ErrorCode::kBadBundle);
    CHECK(one_line(opened.error().message));
    CHECK(opened.error().message.find(path.string()) != std::string::npos);
  }
}
