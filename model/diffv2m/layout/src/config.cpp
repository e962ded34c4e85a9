// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/diffv2m/config.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace photoplayer::diffv2m {
namespace {

using Json = nlohmann::json;

/// Reads keys of one object into fields; the first one that does not fit is the error.
class Reader {
 public:
  Reader(const Json& object, std::string where) : object_(object), where_(std::move(where)) {}

  void size(const char* key, std::int64_t& field, std::int64_t most = 1 << 20) {
    const Json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_number_integer() || *value < 1 || *value > most) {
      return complain(key, "a whole number from 1 to " + std::to_string(most));
    }
    field = value->get<std::int64_t>();
  }
  void number(const char* key, double& field, double lowest, double highest) {
    const Json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_number() || !(*value >= lowest && *value <= highest)) {
      return complain(key, "a number from " + Json(lowest).dump() + " to " + Json(highest).dump());
    }
    field = value->get<double>();
  }
  void flag(const char* key, bool& field) {
    const Json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_boolean()) return complain(key, "true or false");
    field = value->get<bool>();
  }
  void text(const char* key, std::string& field) {
    const Json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_string()) return complain(key, "a text");
    field = value->get<std::string>();
  }
  void sizes(const char* key, std::vector<std::int64_t>& field) {
    const Json* value = find(key);
    if (value == nullptr) return;
    const auto fits = [](const Json& size) { return size.is_number_integer() && size >= 1 && size <= 1024; };
    if (!value->is_array() || value->empty() || value->size() > 16 ||
        !std::all_of(value->begin(), value->end(), fits)) {
      return complain(key, "a list of whole numbers from 1 to 1024");
    }
    field = value->get<std::vector<std::int64_t>>();
  }
  template <typename Value>
  void choice(const char* key, Value& field, const std::map<std::string, Value>& names) {
    std::string name;
    text(key, name);
    if (name.empty()) return;
    const auto found = names.find(name);
    if (found != names.end()) {
      field = found->second;
      return;
    }
    std::string list;
    for (const auto& [known, value] : names) list += (list.empty() ? "" : " or ") + known;
    complain(key, list);
  }
  Reader inside(const char* key) {
    const Json* value = find(key);
    if (value != nullptr && !value->is_object()) complain(key, "an object");
    static const Json kNothing = Json::object();
    return {value != nullptr && value->is_object() ? *value : kNothing, where_ + key + "."};
  }
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  const Json* find(const char* key) const {
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }
  void complain(const char* key, const std::string& wanted) {
    if (fault_.empty()) {
      fault_ = "its config says " + where_ + key + " = " + find(key)->dump().substr(0, 60) + "; it must be " + wanted;
    }
  }
  const Json& object_;
  std::string where_, fault_;
};

void read_compat(Reader& reader, Compat& compat) {
  reader.choice<Compat>("compat", compat, {{"released", Compat::released()}, {"paper", Compat::paper()}});
  reader.choice<Compat::Affective>("affective_source", compat.affective_source,
                                   {{"rhythm", Compat::Affective::kRhythm}, {"colour", Compat::Affective::kColour}});
  reader.choice<Compat::Positions>("cond_positions", compat.cond_positions,
                                   {{"none", Compat::Positions::kNone}, {"seconds", Compat::Positions::kSeconds}});
  reader.flag("residual_overwrite", compat.residual_overwrite);
  reader.flag("renormalise_predicted_rhythm", compat.renormalise_predicted_rhythm);
  reader.flag("causal_predictor", compat.causal_predictor);
}

}  // namespace

Fusion Fusion::from_name(const std::string& name) {
  if (name == "FiLM_choose") return {Mix::kSwitch, Film::kAfter};
  if (name == "FiLM") return {Mix::kSum, Film::kAfter};
  if (name == "preFiLM") return {Mix::kAverage, Film::kBefore};
  if (name == "preFiLM_gate") return {Mix::kGate, Film::kBefore};
  if (name.find("gate") != std::string::npos) return {Mix::kGate};
  if (name == "choose") return {Mix::kSwitch};
  if (name == "none") return {Mix::kSemantic};
  if (name == "only_clip") return {Mix::kSemantic, Film::kNone, false};
  return {Mix::kAverage};
}

Config Config::with_derived_sizes() const {
  constexpr std::int64_t kFeedForward = 4, kMiddle = 512;
  Config sized = *this;
  sized.feed_forward_dims = kFeedForward * width;
  sized.predictor_feed_forward_dims = kFeedForward * predictor.width;
  sized.gate_hidden_dims = cond_dims;
  sized.semantic_hidden_dims = semantic_dims == kMiddle ? 0 : kMiddle;  // an identity where the width is right already
  return sized;
}

Result<Config> config_from_json(const std::string& json) {
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object()) return fail(ErrorCode::kBadBundle, "its config is not a JSON object");
  Config config;
  Reader reader(object, "");
  read_compat(reader, config.compat);
  reader.text("attention_weight_type", config.attention_weight_type);
  reader.size("width", config.width);
  reader.size("depth", config.depth, 1000);
  reader.size("head_dims", config.head_dims);
  reader.size("cond_dims", config.cond_dims);
  reader.size("latent_dims", config.latent_dims);
  reader.size("semantic_dims", config.semantic_dims);
  reader.size("colour_dims", config.colour_dims);
  reader.size("max_seconds", config.max_seconds, 3600);
  reader.number("seconds_range", config.seconds_range, 1.0, 1e6);
  reader.number("switch_t", config.switch_t, 0.0, 1.0);
  std::int64_t steps = config.steps;
  reader.size("steps", steps, 1000);
  config.steps = static_cast<int>(steps);
  reader.number("guidance", config.guidance, 0.0, 20.0);
  reader.size("window_rows", config.window_rows, 1 << 16);

  Reader predictor = reader.inside("predictor");
  predictor.size("width", config.predictor.width);
  predictor.size("depth", config.predictor.depth, 1000);
  predictor.size("head_dims", config.predictor.head_dims);
  Reader clip = reader.inside("clip");
  clip.size("width", config.clip.width);
  clip.size("depth", config.clip.depth, 1000);
  clip.size("heads", config.clip.heads);
  clip.size("out", config.clip.out);
  clip.size("patch", config.clip.patch);
  clip.size("side", config.clip.side, 4096);
  Reader vae = reader.inside("vae");
  vae.size("channels", config.vae.channels);
  vae.sizes("c_mults", config.vae.c_mults);
  vae.sizes("strides", config.vae.strides);
  vae.size("latent_dims", config.vae.latent_dims);
  for (const Reader* each : {&reader, &predictor, &clip, &vae}) {
    if (!each->fault().empty()) return fail(ErrorCode::kBadBundle, each->fault());
  }
  return config;
}

std::string sizes_to_json(const Config& config) {
  return nlohmann::ordered_json{{"attention_weight_type", config.attention_weight_type},
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
                                {"window_rows", config.window_rows}}
      .dump();
}

}  // namespace photoplayer::diffv2m
