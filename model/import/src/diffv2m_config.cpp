// SPDX-License-Identifier: Apache-2.0
#include "diffv2m_config.h"

#include <nlohmann/json.hpp>

namespace photoplayer::model::detail {

std::string config_json(const Diffv2mConfig& config) {
  nlohmann::ordered_json json = {{"compat", config.reading}};
  json.update(nlohmann::ordered_json::parse(diffv2m::sizes_to_json(config)));
  json["weights"] = config.weights;
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
