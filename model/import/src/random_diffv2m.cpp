// SPDX-License-Identifier: Apache-2.0
/// Weights that no training made: initialised as PyTorch and the authors do, the transformer halved, but with output
/// projections that are not zero, so that every path is felt. The autoencoder's are scaled so that its activations keep
/// their size and a unit latent decodes to audio of a tenth to one.
#include <photoplayer/model/import.h>

#include "import_work.h"
#include "source_tensor.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <exception>
#include <map>
#include <numbers>
#include <string_view>

namespace photoplayer::model {
namespace {

constexpr std::size_t kPieceValues = 1U << 16U;

/// xoshiro256++ (Blackman, Vigna 2019), seeded per tensor by SplitMix64 over its name: the same on every machine, in
/// any order of the tensors.
class Random {
 public:
  Random(std::uint64_t seed, std::string_view name) {
    std::uint64_t mixed = seed;
    for (const char letter : name) mixed = split_mix(mixed) ^ static_cast<unsigned char>(letter);
    for (std::uint64_t& word : state_) word = split_mix(mixed);
  }

  /// -1 … 1
  float uniform() {
    if (half_used_) {
      half_used_ = false;
      return scale(static_cast<std::uint32_t>(last_));
    }
    last_ = next();
    half_used_ = true;
    return scale(static_cast<std::uint32_t>(last_ >> 32U));
  }

  float normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - static_cast<double>(next() >> 11U) * 0x1p-53));
    return static_cast<float>(radius * std::cos(2.0 * std::numbers::pi * static_cast<double>(next() >> 11U) * 0x1p-53));
  }

 private:
  static std::uint64_t split_mix(std::uint64_t& state) {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  static float scale(std::uint32_t bits) { return static_cast<float>(static_cast<std::int32_t>(bits) >> 7) * 0x1p-24F; }

  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0], shifted = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  std::array<std::uint64_t, 4> state_{};
  std::uint64_t last_ = 0;
  bool half_used_ = false;
};

struct Init {
  float mean = 0.0F;
  float bound = 0.0F;      ///< uniform within ±bound around the mean
  float deviation = 0.0F;  ///< or normal
};

float uniform_of_deviation(double deviation) {
  return static_cast<float>(std::sqrt(3.0) * deviation);
}

class Initialiser {
 public:
  explicit Initialiser(const std::vector<detail::ExpectedTensor>& tensors) {
    for (const auto& tensor : tensors) shapes_.emplace(tensor.name, tensor.shape);
  }

  [[nodiscard]] Init operator()(const PlannedTensor& tensor) const {
    const std::string_view name = tensor.name;
    if (name.starts_with("model.model.")) {
      Init init = linear(tensor);
      if (name.ends_with("timestep_features.weight")) init = {0.0F, 0.0F, 1.0F};
      if (name.ends_with(".gamma")) init = {1.0F, 0.0F, 0.0F};
      return {0.5F * init.mean, 0.5F * init.bound, 0.5F * init.deviation};
    }
    if (name.starts_with("pretransform.")) return autoencoder(tensor);
    if (name.starts_with("visual.")) return clip(tensor);
    if (name.ends_with(".gamma")) return {1.0F, 0.0F, 0.0F};
    if (name.ends_with("_embedding.weight") || name.ends_with("int_embedder.weight") || name.ends_with(".weights")) {
      return {0.0F, 0.0F, 1.0F};
    }
    return linear(tensor);
  }

 private:
  static double inputs(const std::vector<std::int64_t>& weight_shape) {
    return static_cast<double>(detail::element_count(weight_shape)) / static_cast<double>(weight_shape[0]);
  }

  /// PyTorch's Linear and Conv: weight and bias within 1/√inputs.
  [[nodiscard]] Init linear(const PlannedTensor& tensor) const {
    std::string weight = tensor.name;
    if (weight.ends_with(".bias")) weight.replace(weight.size() - 4, 4, "weight");
    const auto shape = shapes_.find(weight);
    const auto& from = shape == shapes_.end() ? tensor.shape : shape->second;
    return {0.0F, static_cast<float>(1.0 / std::sqrt(inputs(from))), 0.0F};
  }

  [[nodiscard]] Init autoencoder(const PlannedTensor& tensor) const {
    const std::string_view name = tensor.name;
    if (name.ends_with(".alpha")) return {0.0F, 0.0F, 0.1F};
    if (name.ends_with(".beta")) return {1.0F, 0.0F, 0.1F};
    if (name.ends_with(".bias")) return {0.0F, 0.0F, 0.1F};
    const auto& shape = tensor.shape;
    const double deviation = 1.0 / std::sqrt(inputs(shape));
    int levels = 0;
    for (std::size_t at = name.find("layers."); at != std::string_view::npos; at = name.find("layers.", at + 1))
      ++levels;
    const bool in_block = levels == 2, in_unit = levels == 3;
    if (in_unit) return {0.0F, uniform_of_deviation(shape[2] == 1 ? 0.2 * deviation : deviation), 0.0F};
    // Of a transposed convolution's taps two meet in each sample.
    if (in_block && name.find("decoder") != std::string_view::npos) {
      return {0.0F, uniform_of_deviation(1.0 / std::sqrt(2.0 * static_cast<double>(shape[0]))), 0.0F};
    }
    const bool waveform = shape[0] == 2;
    return {0.0F, uniform_of_deviation(waveform ? kLoudness * deviation : deviation), 0.0F};
  }

  [[nodiscard]] Init clip(const PlannedTensor& tensor) const {
    const std::string_view name = tensor.name;
    const auto scale = [](std::int64_t width) { return 1.0 / std::sqrt(static_cast<double>(width)); };
    const bool norm = name.find(".ln_") != std::string_view::npos;
    if (norm) return {name.ends_with(".weight") ? 1.0F : 0.0F, 0.0F, 0.0F};
    if (name == "visual.class_embedding") return {0.0F, uniform_of_deviation(scale(tensor.shape[0])), 0.0F};
    if (name == "visual.positional_embedding") return {0.0F, uniform_of_deviation(scale(tensor.shape[1])), 0.0F};
    if (name == "visual.proj") return {0.0F, uniform_of_deviation(scale(tensor.shape[0])), 0.0F};
    if (name.ends_with(".in_proj_weight")) {  // Xavier's over both sides
      return {0.0F, static_cast<float>(std::sqrt(6.0 / static_cast<double>(tensor.shape[0] + tensor.shape[1]))), 0.0F};
    }
    if (name.ends_with(".in_proj_bias") || name.ends_with(".out_proj.bias")) return {};
    return linear(tensor);
  }

  static constexpr double kLoudness = 0.2;
  std::map<std::string, std::vector<std::int64_t>, std::less<>> shapes_;
};

Result<void> fill(const PlannedTensor& tensor, const Init& init, std::uint64_t seed, BundleWriter& writer) {
  Random random(seed, tensor.name);
  auto left = static_cast<std::size_t>(detail::element_count(tensor.shape));
  std::vector<float> values(std::min(left, kPieceValues));
  while (left > 0) {
    values.resize(std::min(left, values.size()));
    for (float& value : values) {
      value = init.mean + (init.deviation > 0.0F ? init.deviation * random.normal() : init.bound * random.uniform());
    }
    if (auto done = writer.write(values); !done) return done;
    left -= values.size();
  }
  return {};
}

Result<std::vector<std::string>> write_or_throw(const RandomRequest& request, const ImportWatch& watch) {
  if (auto ok = detail::check_output(request.output, request.storage); !ok) return tl::unexpected(ok.error());
  detail::Diffv2mConfig config = request.toy ? detail::toy_config() : detail::Diffv2mConfig{};
  if (request.compat == Compat::kPaper) config.reading = "paper";
  const auto expected = detail::expected_tensors(config);
  auto tensors = detail::plan_tensors(expected, request.storage);
  std::uint64_t total_bytes = 0;
  for (const PlannedTensor& tensor : tensors) total_bytes += detail::size_bytes(tensor);
  const nlohmann::ordered_json origin = {{"made_by", "photoplayer import --random-like diffv2m"},
                                         {"weights", "random: nobody trained them, what they make is noise"},
                                         {"seed", request.seed},
                                         {"storage", detail::storage_name(request.storage)}};
  const std::string metadata =
      detail::metadata_text({request.toy ? "Diff-V2M, toy, random weights" : "Diff-V2M, random weights",
                             detail::config_json(config), origin.dump(), "CC0-1.0"});
  detail::Work work(watch, total_bytes);
  const Initialiser init(expected);
  const auto written = detail::write_tensors(request.output, metadata, std::move(tensors), work,
                                             [&](const PlannedTensor& tensor, BundleWriter& writer) {
                                               return fill(tensor, init(tensor), request.seed, writer);
                                             });
  if (!written) return tl::unexpected(written.error());
  return std::vector<std::string>();
}

}  // namespace

Result<std::vector<std::string>> write_random_diffv2m(const RandomRequest& request, const ImportWatch& watch) {
  try {
    return write_or_throw(request, watch);
  } catch (const std::exception& thrown) {
    return fail(ErrorCode::kInternal, "cannot write '" + request.output.string() + "': " + thrown.what());
  }
}

}  // namespace photoplayer::model
