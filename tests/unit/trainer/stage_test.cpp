// SPDX-License-Identifier: Apache-2.0
#include "stage.h"

#include <photoplayer/network/beat_plan.h>

#include <atomic>
#include <fstream>

#include "distil.h"
#include "support/catch.h"
#include "support/scratch_folder.h"

using namespace photoplayer;
using namespace photoplayer::train;

TEST_CASE("Stage: bf16 in the config puts products of every replica in bf16, and weights learn in fp32 as ever") {
  torch::manual_seed(11);
  const tests::ScratchFolder folder;
  network::DitConfig dit;
  dit.latent_dims = 8, dit.width = 128, dit.depth = 1, dit.feed_forward_dims = 128;
  dit.plan_numbers = network::kPlanNumbers, dit.global_numbers = network::kGlobalNumbers;
  dit.clean_context = true;
  JointModel teacher(dit);
  for (const bool bf16 : {false, true}) {
    std::ofstream(folder / "config.json") << nlohmann::json{
        {"run_folder", folder / ""}, {"composed_pieces", 3}, {"pieces_with_pictures", 1}, {"bf16", bf16}};
    const auto config = read_train_config(folder / "config.json");
    REQUIRE(config);
    auto data = Dataset::build_or_load(*config, [](double) {});
    REQUIRE(data);
    data->set_latents(torch::randn({data->beats(), dit.latent_dims}));
    for (const bool distils : {false, true}) {
      std::atomic<int> products{0}, in_bf16{0};
      torch::Tensor before;
      const auto name = std::string(bf16 ? "bf16" : "fp32") + (distils ? "-distil" : "-joint");
      JointStage stage{name, /*minutes=*/1e-6, 1e-2, /*batch=*/4, {}, {}, {}, {}};  // one step
      stage.start = [&](JointModelImpl& fresh) { before = fresh.dit->parameters().front().detach().clone(); };
      stage.losses = [&](JointModelImpl& model, const Window& window, double, std::mt19937_64& random) {
        ++products;
        if (torch::mm(torch::eye(2), torch::eye(2)).scalar_type() == torch::kBFloat16) ++in_bf16;
        if (distils) return JointModelImpl::Losses{distil_loss(model, *teacher, window, {4, 4, 1.5}, random), {}};
        return model.losses(window, 0.5);
      };
      const auto trained = run_stage(stage, *config, dit, *data, {[](auto&&...) {}, [] { return false; }});
      REQUIRE(trained);
      CHECK(products == config->replicas);
      CHECK(in_bf16 == (bf16 ? config->replicas : 0));
      const auto after = (*trained)->dit->parameters().front();
      CHECK(after.scalar_type() == torch::kFloat);
      CHECK(after.isfinite().all().item<bool>());
      CHECK_FALSE(torch::equal(after, before));
    }
  }
}
