// SPDX-License-Identifier: Apache-2.0
#include "start_weights.h"

namespace photoplayer::train {

model::Bundle open_start(const std::string& path) {
  auto bundle = model::Bundle::open(path);
  if (!bundle) throw std::runtime_error(bundle.error().message);
  return std::move(*bundle);
}

void read_module(const model::Bundle& bundle, torch::nn::Module& module, const std::string& prefix,
                 const std::function<bool(const std::string& name)>& wanted) {
  torch::NoGradGuard guard;
  const auto load = [&](const std::string& name, torch::Tensor& tensor) {
    if (wanted && !wanted(name)) return;
    const auto values = bundle.read_f32(prefix + name, tensor.sizes().vec());
    if (!values) throw std::runtime_error(values.error().message);
    tensor.copy_(torch::tensor(*values).view(tensor.sizes()));
  };
  for (auto& item : module.named_parameters()) load(item.key(), item.value());
  for (auto& item : module.named_buffers()) load(item.key(), item.value());
}

}  // namespace photoplayer::train
