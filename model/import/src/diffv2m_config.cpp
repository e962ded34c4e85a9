// SPDX-License-Identifier: Apache-2.0
#include "diffv2m_config.h"

#include <nlohmann/json.hpp>

namespace photoplayer::model::detail {

std::string config_json(const Diffv2mConfig& config) {
  nlohmann::ordered_json json = {{"compat", config.reading},
                                 {"attention_weight_type", config.attention_weight_type},
                                 {"width", config.width},
                                 {"depth", config.depth},
                                 {"head_dims", config.head_dims},
                                 {"cond_dims", config.cond_dims},
                                 {"latent_dims", config.latent_dims},
                                 {"semantic_dims", config.semantic_dims},
                                 {"colour_dims", config.colour_dims},
                                 {"max_seconds", config.max_seconds},
                                 {"predictor",
                                  {{"width", config.predictor.width},
                                   {"depth", config.predictor.depth},
                                   {"head_dims", config.predictor.head_dims}}},
                                 {"clip",
                                  {{"width", config.clip.width},
                                   {"depth", config.clip.depth},
                                   {"heads", config.clip.heads},
                                   {"out", config.clip.out},
                                   {"patch", config.clip.patch},
                                   {"side", config.clip.side}}},
                                 {"vae",
                                  {{"channels", config.vae.channels},
                                   {"c_mults", config.vae.c_mults},
                                   {"strides", config.vae.strides},
                                   {"latent_dims", config.vae.latent_dims}}},
                                 // How the published sampler and the engine run it; nothing in a checkpoint says so.
                                 {"switch_t", config.switch_t},
                                 {"steps", config.steps},
                                 {"guidance", config.guidance},
                                 {"window_rows", config.window_rows},
                                 {"weights", config.weights}};
  if (config.paper_for_colour_only) {
    json["residual_overwrite"] = true;
    json["renormalise_predicted_rhythm"] = false;
    json["causal_predictor"] = false;
    json["cond_positions"] = "none";
  }
  return json.dump();
}

Diffv2mConfig toy_config() {
  Diffv2mConfig config;
  config.width = 128;
  config.depth = 2;
  config.cond_dims = 64;
  config.semantic_dims = 64;
  config.predictor = {64, 2, 64};
  config.clip = {64, 2, 1, 64, 32, 224};
  config.vae.channels = 8;
  return config;
}

}  // namespace photoplayer::model::detail
