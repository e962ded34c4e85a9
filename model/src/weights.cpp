// SPDX-License-Identifier: Apache-2.0
#include "weights.h"

#include <algorithm>

namespace photoplayer::model {

Result<void> fill(torch::nn::Module& module, const Bundle& bundle, const std::string& prefix) {
  torch::NoGradGuard guard;
  std::string faults;
  const auto load = [&](const std::string& name, torch::Tensor& tensor) {
    const auto shape = tensor.sizes().vec();
    auto values = bundle.read_f32(prefix + name, shape);
    if (!values) {
      faults += (faults.empty() ? "" : "; ") + values.error().message;
      return;
    }
    std::copy(values->begin(), values->end(), tensor.data_ptr<float>());
  };
  for (auto& item : module.named_parameters()) load(item.key(), item.value());
  for (auto& item : module.named_buffers()) load(item.key(), item.value());
  if (!faults.empty()) return fail(ErrorCode::kBadBundle, faults);
  return {};
}

}  // namespace photoplayer::model
