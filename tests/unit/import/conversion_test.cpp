// SPDX-License-Identifier: Apache-2.0
/// What happens to the numbers: rounding, which reading they were trained with, and the authors' own file.
#include "half.h"
#include "import_fixture.h"
#include "support/safetensors_reader.h"
#include "torch_file.h"
#include "weight_file.h"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <set>

using namespace photoplayer;
using namespace photoplayer::model;
using namespace photoplayer::model::test;

TEST_CASE_METHOD(ImportTest, "Import: matrices are rounded to nearest, vectors are kept", "[import][unit]") {
  const Published published = publish(tiny_config());
  put("model.ckpt", torch_checkpoint(lightning_layout(published)));
  put("clip.pt", torch_checkpoint(published.clip));
  request.storage = GENERATE(DType::kBF16, DType::kF16);
  REQUIRE(run());
  const Bundle bundle = result();
  const auto rounded = [&](float value) {
    return request.storage == DType::kF16
               ? model::detail::float_from_half(model::detail::half_from_float(value))
               : model::detail::float_from_bfloat16(model::detail::bfloat16_from_float(value));
  };
  std::set<DType> types;
  for (const auto& [name, tensor] : published.expected) {
    if (name.starts_with("pretransform.")) continue;  // folded, so a rounding may fall on either side
    INFO(name);
    const auto view = bundle.tensor(name);
    REQUIRE(view);
    const auto long_axes = std::count_if(tensor.shape.begin(), tensor.shape.end(), [](auto n) { return n > 1; });
    CHECK(view->dtype == (long_axes > 1 ? request.storage : DType::kF32));
    types.insert(view->dtype);
    const auto values = bundle.read_f32(name, tensor.shape).value();
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      wrong += values[i] != (view->dtype == DType::kF32 ? tensor.values[i] : rounded(tensor.values[i]));
    }
    CHECK(wrong == 0);
  }
  CHECK(types.size() == 2);
}

TEST_CASE_METHOD(ImportTest, "Import: half and bfloat16 checkpoints are widened exactly", "[import][unit]") {
  const Published published = publish(tiny_config());
  const TestType type = GENERATE(TestType::kF16, TestType::kBF16);
  put("model.ckpt", torch_checkpoint(lightning_layout(published), {.type = type}));
  put("clip.pt", torch_script(published.clip, type));
  REQUIRE(run());
  const Bundle bundle = result();
  for (const char* name : {"visual.proj", "model.model.transformer.project_in.weight"}) {
    const TestTensor& tensor = published.expected.at(name);
    const auto values = bundle.read_f32(name, tensor.shape).value();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const float once = tensor.values[i];
      REQUIRE(values[i] == (type == TestType::kF16
                                ? model::detail::float_from_half(model::detail::half_from_float(once))
                                : model::detail::float_from_bfloat16(model::detail::bfloat16_from_float(once))));
    }
  }
}

TEST_CASE_METHOD(ImportTest, "Import: colour projections that left their initial range were trained",
                 "[import][unit]") {
  const Published published = publish(tiny_config());
  put("clip.pt", torch_script(published.clip));
  const std::string colour = "diffusion.conditioner.conditioners.color.";
  const auto outcome = [&](const std::string& name, float scale) {
    NamedTensors tensors = lightning_layout(published);
    for (auto& [key, tensor] : tensors) {
      if (key != name) continue;
      for (float& value : tensor.values) value *= scale;
    }
    put("model.ckpt", torch_checkpoint(tensors));
    REQUIRE(run());
    const Bundle bundle = result();
    const auto config = nlohmann::json::parse(bundle.config()),
               origin = nlohmann::json::parse(bundle.info().provenance);
    CHECK(config["compat"] == origin["compat"]["value"]);
    // Trained colours tell of colours only; the paper's reading as a whole is for who asks for it.
    CHECK(config.contains("residual_overwrite") == (config["compat"] == "paper" && !request.compat));
    return config["compat"].get<std::string>();
  };
  CHECK(outcome("", 1.0F) == "released");
  CHECK(has_said("compat released: the colour projections are as initialised"));
  CHECK(outcome(colour + "proj_out1.weight", 1.1F) == "paper");  // past the bound
  CHECK(outcome(colour + "proj_out2.weight", 0.8F) == "paper");  // within it, but not spread over it
  CHECK(outcome(colour + "proj_out2.weight", 1.01F) == "paper");
  // A checkpoint whose unused layer is changed too says nothing.
  CHECK(outcome("diffusion.conditioner.conditioners.semantic.proj_out.weight", 1.5F) == "released");
  CHECK(has_said("the test says nothing"));
  request.compat = Compat::kPaper;
  CHECK(outcome("", 1.0F) == "paper");
  CHECK(has_said("compat paper: asked for"));
}

TEST_CASE("Torch file: the authors' checkpoint equals their tensors bit for bit", "[import][parity]") {
  const char* shared = std::getenv("PHOTOPLAYER_SHARED");
  const std::filesystem::path parity = std::filesystem::path(shared == nullptr ? "" : shared) / "parity";
  if (!std::filesystem::exists(parity / "network_FiLM_choose.ckpt")) {
    WARN("skipped: no parity data at '" + parity.string() + "'");
    return;
  }
  const auto file = model::detail::WeightFile::open(parity / "network_FiLM_choose.ckpt");
  REQUIRE(file);
  const auto reference = tests::read_safetensors(parity / "network_FiLM_choose.safetensors");
  std::size_t compared = 0, ema = 0;
  for (const auto& [name, tensor] : reference) {
    if (!name.starts_with("weights.")) continue;
    const std::string key = name.substr(8);
    INFO(key);
    const auto found = file->tensors().find("diffusion." + key);
    REQUIRE(found != file->tensors().end());
    REQUIRE(found->second.shape == tensor.shape);
    std::vector<float> values(tensor.values.size());
    model::detail::SourceReader(found->second).read(values);
    CHECK(std::memcmp(values.data(), tensor.values.data(), values.size() * sizeof(float)) == 0);
    ++compared;
    // The EMA is a copy of the transformer alone, here with the same values.
    if (!key.starts_with("model.")) continue;
    const auto copy = file->tensors().find("diffusion_ema.ema_model." + key.substr(6));
    REQUIRE(copy != file->tensors().end());
    model::detail::SourceReader(copy->second).read(values);
    CHECK(std::memcmp(values.data(), tensor.values.data(), values.size() * sizeof(float)) == 0);
    ++ema;
  }
  CHECK(compared > 100);
  CHECK(ema > 50);
  CHECK(file->tensors().size() == compared + ema);  // what stands beside the weights is not taken for some
}

TEST_CASE_METHOD(ImportTest, "Import: the authors' checkpoint becomes a bundle", "[import][parity]") {
  const char* shared = std::getenv("PHOTOPLAYER_SHARED");
  const std::filesystem::path parity = std::filesystem::path(shared == nullptr ? "" : shared) / "parity";
  if (!std::filesystem::exists(parity / "network_FiLM_choose.ckpt")) {
    WARN("skipped: no parity data at '" + parity.string() + "'");
    return;
  }
  detail::Diffv2mConfig others = tiny_config();
  others.latent_dims = others.vae.latent_dims = 64;
  others.semantic_dims = others.clip.out = 64;
  const Published published = publish(others);
  put("clip.pt", torch_script(published.clip));
  put("vae", safetensors(published.autoencoder));
  request.checkpoint = parity / "network_FiLM_choose.ckpt";
  request.autoencoder = folder / "vae";
  REQUIRE(run());
  const Bundle bundle = result();
  for (const auto& [name, tensor] : tests::read_safetensors(parity / "network_FiLM_choose.safetensors")) {
    if (!name.starts_with("weights.") || name.ends_with("_norm.beta") || name.ends_with("inv_freq")) continue;
    const std::string key = name.substr(8);
    if (key.find(".proj_out.") != std::string::npos) continue;  // never read by the authors' code
    INFO(key);
    CHECK(bundle.read_f32(key, tensor.shape).value() == tensor.values);
  }
  CHECK(nlohmann::json::parse(bundle.config())["width"] == 128);
}
