// SPDX-License-Identifier: Apache-2.0
/// Every published layout becomes the same bundle.
#include "import_fixture.h"

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace photoplayer;
using namespace photoplayer::model;
using namespace photoplayer::model::test;

namespace {

nlohmann::json config_of(const Bundle& bundle) {
  return nlohmann::json::parse(bundle.config());
}

}  // namespace

TEST_CASE_METHOD(ImportTest, "Import: a Lightning checkpoint and a TorchScript CLIP become a bundle",
                 "[import][unit]") {
  const Published published = publish(tiny_config());
  put("model.ckpt", torch_checkpoint(lightning_layout(published)));
  put("clip.pt", torch_script(joined(published.clip, {{"transformer.text", {{2}, {1.0F, 2.0F}}}}), TestType::kF32));
  const auto warnings = run();
  REQUIRE(warnings);
  CHECK(warnings->size() == 1);  // no model config
  const Bundle bundle = result();
  check_tensors(bundle, published.expected);
  CHECK(bundle.info().family == "diffv2m");
  CHECK(config_of(bundle) == nlohmann::json::parse(detail::config_json([] {
          auto config = tiny_config();
          config.head_dims = 64;
          return config;
        }())));
  const auto provenance = nlohmann::json::parse(bundle.info().provenance);
  CHECK(provenance["sources"][0]["file"] == "model.ckpt");
  CHECK(provenance["sources"][0]["sha256"].get<std::string>().size() == 64);
  CHECK(provenance["sources"][1]["role"] == "clip");
  CHECK(provenance["compat"]["value"] == "released");
  CHECK(no_leftovers());
}

TEST_CASE_METHOD(ImportTest, "Import: every way to store the same checkpoint gives the same tensors",
                 "[import][unit]") {
  const Published published = publish(tiny_config());
  const Published parametrised = publish(tiny_config(), NormNames::kParametrised);
  put("clip.pt", torch_checkpoint(published.clip, {.lightning = false}));
  SECTION("parametrised weight norm") {
    put("model.ckpt", torch_checkpoint(lightning_layout(parametrised)));
  }
  SECTION("transposed storages") {
    put("model.ckpt", torch_checkpoint(lightning_layout(published), {.transposed = true}));
  }
  SECTION("parameters") {
    put("model.ckpt", torch_checkpoint(lightning_layout(published), {.parameters = true}));
  }
  SECTION("ZIP64") {
    put("model.ckpt", torch_checkpoint(lightning_layout(published), {.zip64 = true}));
  }
  SECTION("double") {
    put("model.ckpt", torch_checkpoint(lightning_layout(published), {.type = TestType::kF64}));
  }
  SECTION("safetensors") {
    put("model.ckpt", safetensors(lightning_layout(published)));
  }
  SECTION("exported") {
    put("model.ckpt", torch_checkpoint(joined(published.network, published.autoencoder)));
  }
  SECTION("exported as safetensors") {
    put("model.ckpt", safetensors(joined(published.network, published.autoencoder)));
  }
  REQUIRE(run());
  check_tensors(result(), published.expected);
}

TEST_CASE_METHOD(ImportTest, "Import: the autoencoder may come from its own file", "[import][unit]") {
  const Published published = publish(tiny_config());
  Published other = published;
  for (auto& [name, tensor] : other.autoencoder) tensor = made_up("another " + name, tensor.shape);
  put("clip.pt", torch_checkpoint(published.clip, {.lightning = false}));
  // The checkpoint's own must not be used then.
  put("model.ckpt", torch_checkpoint(lightning_layout(other)));
  request.autoencoder = folder / "vae";
  const std::string ours = "pretransform.model.";
  SECTION("bare") {
    put("vae", safetensors(renamed(published.autoencoder, ours, "")));
  }
  SECTION("of Stable Audio Open, beside its other parts") {
    put("vae", safetensors(joined(published.autoencoder, {{"model.model.to_cond_embed.0.weight", {{1}, {1.0F}}}})));
  }
  SECTION("of a Lightning checkpoint") {
    put("vae", torch_checkpoint(renamed(published.autoencoder, ours, "autoencoder.")));
  }
  SECTION("diffusers") {
    put("vae", safetensors(diffusers_layout(published.autoencoder)));
  }
  SECTION("diffusers, parametrised") {
    put("vae", safetensors(diffusers_layout(publish(tiny_config(), NormNames::kParametrised).autoencoder)));
  }
  REQUIRE(run());
  check_tensors(result(), published.expected);
}

TEST_CASE_METHOD(ImportTest, "Import: CLIP in every layout, whatever stands before it", "[import][unit]") {
  const Published published = publish(tiny_config());
  put("model.ckpt", torch_checkpoint(lightning_layout(published)));
  SECTION("state_dict") {
    put("clip.pt", torch_checkpoint(published.clip, {.lightning = false}));
  }
  SECTION("inside model.") {
    put("clip.pt", safetensors(renamed(published.clip, "", "model.")));
  }
  SECTION("inside clip.") {
    put("clip.pt", torch_checkpoint(renamed(published.clip, "", "clip.")));
  }
  SECTION("transformers") {
    put("clip.pt", safetensors(transformers_layout(published.clip)));
  }
  SECTION("transformers inside clip.") {
    put("clip.pt", safetensors(renamed(transformers_layout(published.clip), "", "clip.")));
  }
  REQUIRE(run());
  check_tensors(result(), published.expected);
}

TEST_CASE_METHOD(ImportTest, "Import: EMA means the transformer alone", "[import][unit]") {
  const Published published = publish(tiny_config());
  put("clip.pt", torch_checkpoint(published.clip, {.lightning = false}));
  put("model.ckpt", torch_checkpoint(lightning_layout(published)));
  request.weights = WeightChoice::kEma;
  REQUIRE(run());
  std::map<std::string, TestTensor> expected = published.expected;
  for (auto& [name, tensor] : expected) {
    if (name.starts_with("model.")) tensor = made_up("ema of " + name, tensor.shape);
  }
  check_tensors(result(), expected);
  CHECK(config_of(result())["weights"] == "ema");

  SECTION("a checkpoint without it is refused") {
    put("model.ckpt", torch_checkpoint(renamed(lightning_layout(published), "diffusion.", "diffusion.")));
    std::filesystem::remove(request.output);
    const auto outcome = run();
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::kBadInput);
    CHECK(wrote_nothing());
  }
}

TEST_CASE_METHOD(ImportTest, "Import: the full key set", "[import][unit]") {
  detail::Diffv2mConfig config = tiny_config();
  const detail::Diffv2mConfig released;
  config.width = 64;
  config.depth = released.depth;
  config.predictor.depth = released.predictor.depth;
  config.clip.depth = released.clip.depth;
  config.vae.c_mults = released.vae.c_mults;
  config.vae.strides = released.vae.strides;
  const Published published = publish(config);
  put("clip.pt", torch_script(published.clip, TestType::kF32));
  put("model.ckpt", torch_checkpoint(lightning_layout(published)));
  REQUIRE(run());
  check_tensors(result(), published.expected);
  CHECK(config_of(result())["depth"] == 24);
  CHECK(config_of(result())["vae"]["strides"] == nlohmann::json({2, 4, 4, 8, 8}));
}

TEST_CASE_METHOD(ImportTest, "Import: the fusion is seen in the tensors", "[import][unit]") {
  const std::string type = GENERATE("FiLM_choose", "preFiLM", "gate", "preFiLM_gate", "choose");
  INFO(type);
  detail::Diffv2mConfig config = tiny_config();
  config.attention_weight_type = type;
  const Published published = publish(config);
  put("clip.pt", torch_script(published.clip));
  put("model.ckpt", torch_checkpoint(lightning_layout(published)));
  const auto warnings = run();
  REQUIRE(warnings);
  CHECK(config_of(result())["attention_weight_type"] == type);
  REQUIRE(warnings->size() == 1);
  CHECK((*warnings)[0].find("--config") != std::string::npos);
}

TEST_CASE_METHOD(ImportTest, "Import: the authors' config decides what shapes cannot tell", "[import][unit]") {
  const Published published = publish(tiny_config());
  put("clip.pt", torch_script(published.clip));
  put("model.ckpt", torch_checkpoint(lightning_layout(published)));
  request.config = folder / "config.json";
  const std::string decoder =
      R"("decoder":{"config":{"channels":2,"c_mults":[1,2,4],"strides":[2,4,8],"latent_dim":4}})";
  const std::string config = R"({"model":{"pretransform":{"config":{)" + decoder +
                             R"(}},"conditioning":{"configs":[{"id":"seconds_total","config":{"max_val":20}}]},)" +
                             R"("diffusion":{"config":{"embed_dim":128,"depth":2,"num_heads":2,"io_channels":4,)" +
                             R"("cond_token_dim":64,"attention_weight_type":"FiLM"}}}})";
  put("config.json", config);
  const auto warnings = run();
  REQUIRE(warnings);
  CHECK(warnings->empty());
  CHECK(config_of(result())["attention_weight_type"] == "FiLM");
  CHECK(config_of(result())["max_seconds"] == 20);

  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string other = config;
    other.replace(other.find(from), from.size(), to);
    put("config.json", other);
    std::filesystem::remove(request.output);
    const auto outcome = run();
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::kBadInput);
    CHECK(wrote_nothing());
  };
  for (const auto& [from, to] : {std::pair{"\"embed_dim\":128", "\"embed_dim\":256"},
                                 {"\"depth\":2", "\"depth\":3"},
                                 {"[2,4,8]", "[2,8,4]"},
                                 {"[1,2,4]", "[1,2]"},
                                 {"\"channels\":2", "\"channels\":4"}}) {
    changed(from, to);
    CHECK(has_said("contradictory: "));
  }
  changed("\"FiLM\"", "\"gate\"");
  CHECK(has_said("missing: model.model.transformer.layers.1.gate.2.bias"));
  CHECK(has_said("unknown: "));
  changed("{\"model\"", "[\"model\"");
}

TEST_CASE_METHOD(ImportTest, "Import: what a fusion never reads may be in the checkpoint and stays out of the bundle",
                 "[import][unit]") {
  detail::Diffv2mConfig config = tiny_config();
  config.attention_weight_type = GENERATE("none", "only_clip", "FiLM_of_mine");
  INFO(config.attention_weight_type);
  const Published published = publish(config);
  put("clip.pt", torch_script(published.clip, TestType::kF32));
  put("model.ckpt", torch_checkpoint(lightning_layout(published)));
  request.config = folder / "config.json";
  put("config.json", R"({"model":{"diffusion":{"config":{"num_heads":2,"attention_weight_type":")" +
                         config.attention_weight_type + R"("}}}})");
  REQUIRE(run());
  check_tensors(result(), published.expected);
  const std::string block = "model.model.transformer.layers.1.";
  const std::string unread =
      config.attention_weight_type == "FiLM_of_mine" ? "t_linear.weight" : "cross_attn2.to_q.weight";
  CHECK_FALSE(detail::dead_tensors(config).empty());
  const auto names = result().names();
  CHECK(std::find(names.begin(), names.end(), block + unread) == names.end());
  CHECK(std::find(names.begin(), names.end(), block + "cross_attn1.to_q.weight") != names.end());
}
