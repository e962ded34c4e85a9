// SPDX-License-Identifier: Apache-2.0
#include "import_fixture.h"

#include <nlohmann/json.hpp>

#include <map>

using namespace photoplayer;
using namespace photoplayer::model;
using namespace photoplayer::model::test;

TEST_CASE("Expected tensors: the released model has the published number of parameters", "[import][unit]") {
  std::map<std::string, std::int64_t> parameters;
  for (const auto& tensor : detail::expected_tensors({})) {
    std::int64_t count = 1;
    for (const std::int64_t extent : tensor.shape) count *= extent;
    for (const char* part :
         {"model.", "conditioner.conditioners.semantic.extractor.", "conditioner.", "pretransform.", "visual."}) {
      if (!tensor.name.starts_with(part)) continue;
      parameters[part] += count;
      break;
    }
  }
  // Counted by the authors' own modules. The autoencoder's count includes the gains of weight norm, one per channel of
  // axis 0, which folding removes.
  CHECK(parameters["model."] == 1'380'657'280);
  CHECK(parameters["conditioner.conditioners.semantic.extractor."] == 50'730'752);
  std::int64_t gains = 0;
  for (const auto& tensor : detail::expected_tensors({})) {
    if (tensor.name.starts_with("pretransform.") && tensor.name.ends_with(".weight")) gains += tensor.shape[0];
  }
  CHECK(parameters["pretransform."] + gains == 77'989'888 + 78'122'626);
}

TEST_CASE("Random bundle: every tensor, the same from the same seed", "[import][unit]") {
  const TemporaryFolder folder;
  const auto write = [&](const char* name, std::uint64_t seed) {
    RandomRequest request;
    request.output = folder / name;
    request.toy = true;
    request.seed = seed;
    REQUIRE(write_random_diffv2m(request, {}));
    return read_file(folder / name);
  };
  CHECK(write("a.bundle", 5) == write("b.bundle", 5));
  write("c.bundle", 6);
  const auto bundle = Bundle::open(folder / "a.bundle");
  REQUIRE(bundle);
  CHECK(bundle->sha256() != Bundle::open(folder / "c.bundle").value().sha256());  // of the weights alone
  const auto config = detail::toy_config();
  CHECK(nlohmann::json::parse(bundle->config()) == nlohmann::json::parse(detail::config_json(config)));
  CHECK(bundle->info().provenance.find("random") != std::string::npos);
  const auto expected = detail::expected_tensors(config);
  CHECK(bundle->names().size() == expected.size());
  for (const auto& tensor : expected) {
    INFO(tensor.name);
    const auto values = bundle->read_f32(tensor.name, tensor.shape);
    REQUIRE(values);
    float largest = 0.0F;
    for (const float value : *values) largest = std::max(largest, std::abs(value));
    CHECK(largest < 6.0F);
    const bool zero =
        tensor.name.find("in_proj_bias") != std::string::npos ||
        (tensor.name.starts_with("visual.") && tensor.name.ends_with(".bias") &&
         (tensor.name.find("ln_") != std::string::npos || tensor.name.find("out_proj") != std::string::npos));
    CHECK((largest == 0.0F) == zero);
  }
  // The transformer's parameters are halved after the usual initialisation.
  const auto gain = bundle->read_f32("model.model.transformer.layers.0.pre_norm.gamma", {128}).value();
  CHECK(gain == std::vector<float>(128, 0.5F));
  const auto deviation = [&](const char* name, std::initializer_list<std::int64_t> shape) {
    double squares = 0.0;
    const auto values = bundle->read_f32(name, shape).value();
    for (const float value : values) squares += static_cast<double>(value) * static_cast<double>(value);
    return std::sqrt(squares / static_cast<double>(values.size()));
  };
  CHECK(deviation("model.model.transformer.layers.1.self_attn.to_out.weight", {128, 128}) ==
        Approx(0.5 / std::sqrt(3.0 * 128.0)).epsilon(0.02));
  // The autoencoder's activations keep their size: a fifth from each residual unit, two taps of each upsampling.
  const std::string block = "pretransform.model.decoder.layers.1.layers.";
  CHECK(deviation((block + "2.layers.1.weight").c_str(), {64, 64, 7}) ==
        Approx(1.0 / std::sqrt(7.0 * 64.0)).epsilon(0.02));
  CHECK(deviation((block + "2.layers.3.weight").c_str(), {64, 64, 1}) == Approx(0.2 / std::sqrt(64.0)).epsilon(0.03));
  CHECK(deviation((block + "1.weight").c_str(), {128, 64, 16}) == Approx(1.0 / std::sqrt(2.0 * 128.0)).epsilon(0.02));
}
