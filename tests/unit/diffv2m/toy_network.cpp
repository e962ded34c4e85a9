// SPDX-License-Identifier: Apache-2.0
#include "toy_network.h"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

namespace photoplayer::tests {

using namespace photoplayer::diffv2m;

Config toy_config(const std::string& attention_weight_type, const Compat& compat) {
  Config config;
  config.compat = compat;
  config.attention_weight_type = attention_weight_type;
  config.width = 128, config.depth = 3, config.head_dims = 32, config.cond_dims = 64, config.latent_dims = 8;
  config.semantic_dims = 16, config.colour_dims = 12, config.max_seconds = 6;
  config.predictor.width = 64, config.predictor.depth = 2;
  config.feed_forward_dims = 96, config.predictor_feed_forward_dims = 48, config.fourier_dims = 8;
  config.seconds_fourier_dims = 4, config.film_dims = 8, config.film_hidden_dims = 10, config.gate_hidden_dims = 5;
  config.rhythm_hidden_dims = 9, config.colour_hidden_dims = 11, config.beat_hidden_dims = 7;
  return config;
}

Weights toy_weights(const Config& config, std::uint64_t seed) {
  auto layout = dit_layout(config);
  for (const auto& more : {conditioner_layout(config), predictor_layout(config)}) {
    layout.insert(layout.end(), more.begin(), more.end());
  }
  torch::manual_seed(seed);
  Weights weights;
  for (const auto& entry : layout) {
    if (entry.need == Need::kDead) continue;
    auto value = torch::randn(entry.shape);
    if (entry.name.ends_with(".gamma")) {
      value = 1.0 + 0.2 * value;
    } else if (entry.shape.size() < 2) {
      value = 0.3 * value;
    } else {
      value = value / std::sqrt(static_cast<double>(entry.shape[1]));
    }
    weights[entry.name] = value;
  }
  return weights;
}

Clip toy_clip(const Config& config, std::int64_t seconds) {
  Clip clip;
  clip.semantic = torch::randn({seconds, config.semantic_dims});
  clip.colour = torch::rand({seconds, config.colour_dims});
  clip.scene_cut = torch::rand({seconds}).round();
  clip.pseudo_beat = torch::rand({seconds});
  clip.seconds_start = 3.0;
  clip.seconds_total = static_cast<double>(seconds);
  return clip;
}

Toy::Toy(const Config& asked)
    : config(asked),
      weights(toy_weights(asked)),
      conditioner(Conditioner::make(asked, weights).value()),
      network(Network::make(asked, weights).value()),
      clips({toy_clip(asked, asked.max_seconds), toy_clip(asked, asked.max_seconds - 2)}),
      conditions(conditioner.see(clips).value()) {}

torch::Tensor Toy::plain(const torch::Tensor& x, double t, double guidance) const {
  const auto times = torch::full({x.size(0)}, t, torch::kFloat);
  const auto seen = network.forward(x, times, conditions, Network::Branch::kSeen);
  const auto null = network.forward(x, times, conditions, Network::Branch::kNull);
  return null + guidance * (seen - null);
}

double relative_error(const torch::Tensor& actual, const torch::Tensor& expected) {
  return ((actual - expected).abs().max() / expected.std()).item<double>();
}

void write_safetensors(const std::filesystem::path& path, const std::map<std::string, torch::Tensor>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  nlohmann::json header;
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    const auto values = tensor.contiguous();
    const auto type = values.scalar_type();
    const auto begin = data.size();
    data.append(static_cast<const char*>(values.data_ptr()), static_cast<std::size_t>(values.nbytes()));
    header[name] = {{"dtype", type == torch::kFloat      ? "F32"
                              : type == torch::kBFloat16 ? "BF16"
                              : type == torch::kHalf     ? "F16"
                                                         : "I64"},
                    {"shape", values.sizes().vec()},
                    {"data_offsets", {begin, data.size()}}};
  }
  auto text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  const std::uint64_t size = text.size();
  file.write(reinterpret_cast<const char*>(&size), 8);
  file << text << data;
}

}  // namespace photoplayer::tests
