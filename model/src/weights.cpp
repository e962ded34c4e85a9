// SPDX-License-Identifier: Apache-2.0
#include "weights.h"

#include <algorithm>
#include <cmath>

namespace photoplayer::model {

Result<void> fill(torch::nn::Module& module, const Bundle& bundle, const std::string& prefix) {
  torch::NoGradGuard guard;
  std::string faults;
  const auto load = [&](const std::string& name, torch::Tensor& tensor) {
    const auto shape = tensor.sizes().vec();
    auto values = bundle.read_f32(prefix + name, shape);
    const auto blame = [&](const std::string& why) { faults += (faults.empty() ? "" : "; ") + why; };
    if (!values) return blame(values.error().message);
    if (!std::all_of(values->begin(), values->end(), [](float value) { return std::isfinite(value); })) {
      return blame("tensor '" + prefix + name + "' has a value that is not finite");
    }
    std::copy(values->begin(), values->end(), tensor.data_ptr<float>());
  };
  for (auto& item : module.named_parameters()) load(item.key(), item.value());
  for (auto& item : module.named_buffers()) load(item.key(), item.value());
  if (!faults.empty()) return fail(ErrorCode::kBadBundle, faults);
  return {};
}

}  // namespace photoplayer::model
