// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/diffv2m/weights.h>

#include <cstring>
#include <utility>

namespace photoplayer::diffv2m {
namespace {

torch::ScalarType type_of(model::DType dtype) {
  switch (dtype) {
    case model::DType::kF32:
      return torch::kFloat32;
    case model::DType::kF16:
      return torch::kFloat16;
    case model::DType::kBF16:
      return torch::kBFloat16;
    case model::DType::kI64:
      return torch::kInt64;
    case model::DType::kI32:
      return torch::kInt32;
    case model::DType::kU8:
      return torch::kUInt8;
  }
  return torch::kFloat32;
}

/// A view that holds on to `owner`, or a copy where the bytes lie at no multiple of the number's size.
torch::Tensor tensor_over(const model::TensorView& view, const std::shared_ptr<const void>& owner) {
  const auto options = torch::TensorOptions(type_of(view.dtype));
  const auto* data = view.bytes.data();
  if (reinterpret_cast<std::uintptr_t>(data) % model::dtype_size_bytes(view.dtype) != 0) {
    auto copy = torch::empty(view.shape, options);
    std::memcpy(copy.data_ptr(), data, view.bytes.size());
    return copy;
  }
  if (view.bytes.empty()) return torch::empty(view.shape, options);
  return torch::from_blob(
      const_cast<std::byte*>(data), view.shape, [owner](void*) {}, options);
}

template <typename File>
Result<Weights> gather(const std::shared_ptr<const File>& file, std::string_view prefix) {
  Weights weights;
  for (const std::string& name : file->names()) {
    if (!name.starts_with(prefix)) continue;
    const auto view = file->tensor(name);
    if (!view) return tl::unexpected(view.error());
    weights.emplace(name.substr(prefix.size()), tensor_over(*view, file));
  }
  return weights;
}

}  // namespace

Result<Weights> weights_of(const std::shared_ptr<const model::Bundle>& bundle) {
  return gather(bundle, "");
}

Result<Weights> weights_of(const std::shared_ptr<const model::SafetensorsFile>& file, std::string_view prefix) {
  return gather(file, prefix);
}

Result<torch::Tensor> tensor_of(const std::shared_ptr<const model::SafetensorsFile>& file, std::string_view name) {
  const auto view = file->tensor(name);
  if (!view) return tl::unexpected(view.error());
  return tensor_over(*view, file);
}

Config sized_by(Config config, const Weights& weights) {
  const auto size = [&](const std::string& name, std::size_t axis, std::int64_t& field) {
    const auto found = weights.find(name);
    if (found != weights.end() && found->second.dim() > static_cast<std::int64_t>(axis)) {
      field = found->second.size(static_cast<std::int64_t>(axis));
    }
  };
  const std::string dit = "model.model.", block = dit + "transformer.layers.0.", all = "conditioner.conditioners.";
  size(dit + "timestep_features.weight", 0, config.fourier_dims);
  size(block + "ff.ff.2.weight", 1, config.feed_forward_dims);
  size(block + "t_linear.weight", 0, config.film_dims);
  size(block + "FiLM_gamma_sem.0.weight", 0, config.film_hidden_dims);
  size(block + "gate.0.weight", 0, config.gate_hidden_dims);
  size(all + "semantic.proj_out1.weight", 0, config.semantic_hidden_dims);
  size(all + "rhythm.proj_out1.weight", 1, config.rhythm_dims);
  size(all + "rhythm.proj_out1.weight", 0, config.rhythm_hidden_dims);
  size(all + "color.proj_out1.weight", 0, config.colour_hidden_dims);
  size(all + "class.int_embedder.weight", 0, config.classes);
  size(all + "seconds_start.embedder.embedding.0.weights", 0, config.seconds_fourier_dims);
  const std::string predictor = all + "semantic.extractor.";
  size(predictor + "pseudo_linear.0.weight", 0, config.beat_hidden_dims);
  size(predictor + "class_embedding.weight", 0, config.predictor_classes);
  size(predictor + "transformer.layers.0.ff.ff.2.weight", 1, config.predictor_feed_forward_dims);
  return config;
}

Result<void> check(const Weights& weights, const std::vector<LayoutEntry>& layout) {
  constexpr int kNamed = 12;  // of a thousand faults the first dozen tell as much
  std::string faults;
  int count = 0;
  const auto fault = [&](const std::string& what) {
    if (++count <= kNamed) faults += (faults.empty() ? "" : "; ") + what;
  };
  const auto text = [](const auto& shape) {
    std::string out = "[";
    for (const auto extent : shape) out += (out.size() > 1 ? ", " : "") + std::to_string(extent);
    return out + "]";
  };
  for (const LayoutEntry& entry : layout) {
    if (entry.need == Need::kDead) continue;
    const auto found = weights.find(entry.name);
    if (found == weights.end()) {
      if (entry.need == Need::kParameter) fault("no '" + entry.name + "'");
    } else if (found->second.sizes() != at::IntArrayRef(entry.shape)) {
      fault("'" + entry.name + "' has shape " + text(found->second.sizes()) + ", not " + text(entry.shape));
    } else if (!found->second.is_floating_point()) {
      fault("'" + entry.name + "' does not hold floating-point numbers");
    }
  }
  if (count > kNamed) faults += "; and " + std::to_string(count - kNamed) + " more";
  if (count > 0) return fail(ErrorCode::kBadBundle, faults);
  return {};
}

Weights with_matrices_as(const Weights& weights, torch::ScalarType type) {
  Weights rounded;
  for (const auto& [name, tensor] : weights) {
    const bool matrix = tensor.is_floating_point() && is_product_matrix(name, tensor.sizes().vec());
    rounded.emplace(name, matrix ? tensor.to(type) : tensor);
  }
  return rounded;
}

}  // namespace photoplayer::diffv2m
