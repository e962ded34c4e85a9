// SPDX-License-Identifier: Apache-2.0
#include "toy_diffv2m.h"

#include <photoplayer/diffv2m/layout.h>
#include <photoplayer/model/bundle_writer.h>
#include <photoplayer/stream/timeline.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "random_oobleck.h"

namespace photoplayer::tests {
namespace {

constexpr const char* kMetadata = R"({"format": 1, "family": "diffv2m", "name": "toy", "licence": "CC0-1.0",
  "provenance": "random", "config": {"compat": "released", "attention_weight_type": "FiLM_choose", "width": 128,
  "depth": 2, "head_dims": 64, "cond_dims": 64, "latent_dims": 16, "semantic_dims": 64,
  "predictor": {"width": 64, "depth": 1, "head_dims": 64},
  "clip": {"width": 64, "depth": 1, "heads": 2, "out": 64, "patch": 32, "side": 224},
  "vae": {"channels": 4, "c_mults": [1, 2, 4, 8, 16], "strides": [2, 4, 4, 8, 8], "latent_dims": 16},
  "steps": 5, "guidance": 3.0, "window_rows": 66}})";

diffv2m::Config toy_config() {
  diffv2m::Config config;
  config.width = 128, config.depth = 2, config.cond_dims = 64, config.latent_dims = 16, config.semantic_dims = 64;
  config.colour_dims = static_cast<std::int64_t>(stream::kColourDims);
  config.predictor = {64, 1, 64};
  config.clip = {64, 1, 2, 64, 32, 224};
  config.feed_forward_dims = 256, config.predictor_feed_forward_dims = 128, config.gate_hidden_dims = 64;
  return config;
}

model::NamedTensor named(const std::string& name, const torch::Tensor& tensor) {
  const auto values = tensor.detach().contiguous();
  return {name, tensor.sizes().vec(), {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()}};
}

}  // namespace

void write_toy_diffv2m(const std::filesystem::path& path, std::uint64_t seed, const std::string& from,
                       const std::string& to) {
  auto random = at::detail::createCPUGenerator(seed);
  const auto config = toy_config();
  std::vector<model::NamedTensor> tensors;
  for (const auto& layout : {diffv2m::dit_layout(config), diffv2m::conditioner_layout(config),
                             diffv2m::predictor_layout(config), diffv2m::clip_layout(config)}) {
    for (const diffv2m::LayoutEntry& entry : layout) {
      if (entry.need != diffv2m::Need::kParameter) continue;
      const bool gain =
          entry.name.find("norm.gamma") != std::string::npos || entry.name.find("ln_") != std::string::npos;
      const auto inputs = static_cast<double>(entry.shape.size() > 1 ? entry.shape[1] : 16);
      auto values = torch::empty(entry.shape).normal_(0.0, 1.0 / std::sqrt(inputs), random);
      tensors.push_back(named(entry.name, gain ? 1.0 + 0.1 * values : values));
    }
  }
  network::OobleckConfig vae;
  vae.channels = 4, vae.latent_dims = 16;
  const auto decoder = make_random_oobleck(vae, seed);
  for (const auto& item : decoder->named_parameters()) {
    tensors.push_back(named("pretransform.model.decoder." + item.key(), item.value()));
  }
  std::string metadata = kMetadata;
  if (const auto at = metadata.find(from); !from.empty()) metadata.replace(at, from.size(), to);
  const auto written = model::write_bundle(path, metadata, tensors);
  if (!written) throw std::runtime_error(written.error().message);
}

}  // namespace photoplayer::tests
