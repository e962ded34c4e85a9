// SPDX-License-Identifier: Apache-2.0
/// Weights that do not make a Diff-V2M: every key listed, nothing written.
#include "import_fixture.h"

#include <algorithm>
#include <functional>
#include <limits>

using namespace photoplayer;
using namespace photoplayer::model;
using namespace photoplayer::model::test;

namespace {

class RefusalTest : public ImportTest {
 public:
  RefusalTest() : published(publish(tiny_config())) { put("clip.pt", torch_checkpoint(published.clip)); }

  void check_refused(const NamedTensors& tensors) {
    put("model.ckpt", torch_checkpoint(tensors));
    const auto outcome = run();
    REQUIRE_FALSE(outcome);
    INFO(outcome.error().message);
    CHECK(outcome.error().code == ErrorCode::kBadInput);
    CHECK(one_line(outcome.error().message));
    CHECK(wrote_nothing());
  }

  Published published;
};

NamedTensors without(NamedTensors tensors, const std::string& name) {
  std::erase_if(tensors, [&](const auto& entry) { return entry.first == name; });
  return tensors;
}

TestTensor& find(NamedTensors& tensors, const std::string& name) {
  return std::find_if(tensors.begin(), tensors.end(), [&](const auto& entry) { return entry.first == name; })->second;
}

}  // namespace

TEST_CASE_METHOD(RefusalTest, "Import: each key that is missing, unknown or misshapen is listed", "[import][unit]") {
  NamedTensors tensors = lightning_layout(published);
  tensors = without(tensors, "diffusion.model.model.transformer.layers.1.self_attn.to_out.weight");
  tensors = without(tensors, "diffusion.conditioner.conditioners.class.int_embedder.weight");
  tensors = without(tensors, "diffusion.pretransform.model.decoder.layers.1.layers.1.weight_g");
  tensors.emplace_back("diffusion.model.model.surprise", TestTensor{{1}, {1.0F}});
  tensors.emplace_back("elsewhere", TestTensor{{1}, {1.0F}});
  TestTensor& turned = find(tensors, "diffusion.model.model.transformer.layers.0.cross_attn1.to_kv.weight");
  std::swap(turned.shape[0], turned.shape[1]);
  find(tensors, "diffusion.pretransform.model.encoder.layers.0.weight_g").shape = {1, 2, 1};
  check_refused(tensors);
  CHECK(has_said("missing: model.model.transformer.layers.1.self_attn.to_out.weight [128, 128]"));
  CHECK(has_said("missing: conditioner.conditioners.class.int_embedder.weight"));
  CHECK(has_said("missing: pretransform.model.decoder.layers.1.layers.1.weight_g"));
  CHECK(has_said("unknown: model.model.surprise"));
  CHECK(has_said("unknown: elsewhere"));
  CHECK(has_said("misshapen: model.model.transformer.layers.0.cross_attn1.to_kv.weight"));
  CHECK(has_said("misshapen: pretransform.model.encoder.layers.0.weight"));
  CHECK(said.size() == 7);
}

TEST_CASE_METHOD(RefusalTest, "Import: a layer that is missing is not a smaller network", "[import][unit]") {
  NamedTensors tensors = lightning_layout(published);
  std::erase_if(tensors,
                [](const auto& entry) { return entry.first.find("transformer.layers.0.") != std::string::npos; });
  check_refused(tensors);
  CHECK(has_said("missing: model.model.transformer.layers.0.ff.ff.2.bias"));
}

TEST_CASE_METHOD(RefusalTest, "Import: parts that do not fit each other are contradictory", "[import][unit]") {
  SECTION("a bias in a norm that has none") {
    NamedTensors tensors = lightning_layout(published);
    find(tensors, "diffusion.model.model.transformer.layers.0.ff_norm.beta").values[3] = 0.5F;
    check_refused(tensors);
    CHECK(has_said("contradictory: model.model.transformer.layers.0.ff_norm.beta"));
  }
  SECTION("another autoencoder") {
    detail::Diffv2mConfig other = tiny_config();
    other.vae.latent_dims = 8;
    put("vae", safetensors(publish(other).autoencoder));
    request.autoencoder = folder / "vae";
    check_refused(lightning_layout(published));
    CHECK(has_said("contradictory: the autoencoder has 8 latent channels"));
  }
  SECTION("another CLIP") {
    detail::Diffv2mConfig other = tiny_config();
    other.clip.out = 24;
    put("clip.pt", torch_script(publish(other).clip));
    check_refused(lightning_layout(published));
    CHECK(has_said("contradictory: CLIP gives 24"));
  }
}

TEST_CASE_METHOD(RefusalTest, "Import: without an autoencoder or a CLIP the message says what to give",
                 "[import][unit]") {
  put("model.ckpt", torch_checkpoint(renamed(published.network, "", "diffusion.")));
  const auto no_autoencoder = run();
  REQUIRE_FALSE(no_autoencoder);
  CHECK(no_autoencoder.error().message.find("--vae") != std::string::npos);

  put("model.ckpt", torch_checkpoint(lightning_layout(published)));
  put("clip.pt", torch_checkpoint({{"text.weight", {{1}, {1.0F}}}}));
  const auto no_clip = run();
  REQUIRE_FALSE(no_clip);
  CHECK(no_clip.error().message.find("holds no CLIP") != std::string::npos);
  CHECK(has_said("missing: visual.proj"));
}

TEST_CASE_METHOD(RefusalTest, "Import: weights that are not finite are refused", "[import][unit]") {
  const float bad = GENERATE(std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity());
  for (const char* name :
       {"diffusion.model.model.transformer.project_in.weight", "diffusion.pretransform.model.decoder.layers.0.weight_v",
        "diffusion.conditioner.conditioners.rhythm.proj_out2.bias"}) {
    NamedTensors tensors = lightning_layout(published);
    find(tensors, name).values.back() = bad;
    check_refused(tensors);
  }
}

TEST_CASE_METHOD(RefusalTest, "Import: what fp16 cannot hold is refused for fp16 alone", "[import][unit]") {
  NamedTensors tensors = lightning_layout(published);
  find(tensors, "diffusion.model.model.transformer.project_in.weight").values[7] = 65520.0F;
  request.storage = DType::kF16;
  check_refused(tensors);
  request.storage = DType::kBF16;
  CHECK(run());
}

TEST_CASE_METHOD(RefusalTest, "Import: a bundle in place of its source, or in no folder, is refused",
                 "[import][unit]") {
  put("model.ckpt", torch_checkpoint(lightning_layout(published)));
  const std::string before = read_file(request.checkpoint);
  request.output = request.checkpoint;
  const auto replaced = run();
  REQUIRE_FALSE(replaced);
  CHECK(replaced.error().code == ErrorCode::kUsage);
  CHECK(read_file(request.checkpoint) == before);
  request.output = folder / "no folder/out.bundle";
  const auto nowhere = run();
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().code == ErrorCode::kOutput);
}

TEST_CASE_METHOD(RefusalTest, "Import: an interrupt leaves nothing", "[import][unit]") {
  put("model.ckpt", torch_checkpoint(lightning_layout(published)));
  for (const double stop_at : {0.0, 0.7, 1.0}) {
    ImportWatch watch;
    watch.progress = [&](double share) { return share < stop_at; };
    const auto outcome = import_diffv2m(request, watch);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::kCancelled);
    CHECK(wrote_nothing());
  }
}
