// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/network/layered_vae.h>

#include <algorithm>

#include "support/catch.h"

using namespace photoplayer;

namespace {
constexpr network::LayerLatents kLatents = {5, 4, 3, 2, 6};

torch::Tensor columns_of(stream::Layer layer) {
  return torch::tensor(model::layer_columns(layer));
}
}  // namespace

TEST_CASE("Score VAE: the layers' columns are all of a beat's numbers, each once") {
  std::vector<std::int64_t> all;
  for (int layer = 0; layer < stream::kLayers; ++layer) {
    const auto columns = model::layer_columns(static_cast<stream::Layer>(layer));
    all.insert(all.end(), columns.begin(), columns.end());
  }
  std::sort(all.begin(), all.end());
  REQUIRE(all.size() == static_cast<std::size_t>(model::kBeatNumbers));
  for (std::size_t i = 0; i < all.size(); ++i) REQUIRE(all[i] == static_cast<std::int64_t>(i));
}

TEST_CASE("Score VAE: one part for all layers has the first bundles' names, sizes and order") {
  const torch::NoGradGuard no_gradients;
  network::ScoreVae whole(network::whole_vae(/*latents=*/7, /*hidden=*/11));
  const auto named = whole->named_parameters();
  CHECK(named["enc_in.weight"].sizes() == torch::IntArrayRef{11, model::kBeatNumbers});
  CHECK(named["enc_out.weight"].sizes() == torch::IntArrayRef{14, 11});
  CHECK(named["dec_out.bias"].sizes() == torch::IntArrayRef{model::kBeatNumbers});
  named["dec_out.weight"].zero_();
  named["dec_out.bias"].copy_(torch::arange(model::kBeatNumbers));
  CHECK(torch::equal(whole->decode(torch::zeros({1, 7}))[0], named["dec_out.bias"]));
}

TEST_CASE("Score VAE: a layer's latents know and make that layer only") {
  torch::manual_seed(3);
  const torch::NoGradGuard no_gradients;
  network::ScoreVae vae(network::layered_vae(kLatents));
  const auto beats = (torch::rand({4, model::kBeatNumbers}) < 0.1).to(torch::kFloat);
  const auto latents = vae->encode(beats).first;
  const auto logits = vae->decode(latents);
  std::int64_t first = 0;
  for (int i = 0; i < stream::kLayers; ++i) {
    const auto columns = columns_of(static_cast<stream::Layer>(i));
    const auto dims = kLatents[static_cast<std::size_t>(i)];

    auto other_beats = beats.clone();
    other_beats.index_copy_(1, columns, 1.0 - beats.index_select(1, columns));
    auto changed = (vae->encode(other_beats).first - latents).abs().amax(0) > 0.0;
    CHECK(changed.narrow(0, first, dims).all().item<bool>());
    CHECK(changed.sum().item<std::int64_t>() == dims);

    auto other_latents = latents.clone();
    other_latents.narrow(1, first, dims).add_(1.0);
    changed = (vae->decode(other_latents) - logits).abs().amax(0) > 0.0;
    CHECK(changed.index_select(0, columns).all().item<bool>());
    CHECK(changed.sum().item<std::int64_t>() == columns.size(0));
    first += dims;
  }
}
