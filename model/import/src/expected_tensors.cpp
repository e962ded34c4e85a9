// SPDX-License-Identifier: Apache-2.0
#include "diffv2m_config.h"

#include <utility>

namespace photoplayer::model::detail {
namespace {

std::vector<ExpectedTensor> tensors_of(const diffv2m::Config& config, diffv2m::Need need) {
  const auto sized = config.with_derived_sizes();
  std::vector<ExpectedTensor> tensors;
  for (auto& layout : {dit_layout(sized), conditioner_layout(sized), predictor_layout(sized), autoencoder_layout(sized),
                       clip_layout(sized)}) {
    for (const auto& entry : layout) {
      if (entry.need == need) tensors.push_back(entry);
    }
  }
  return tensors;
}

}  // namespace

std::vector<ExpectedTensor> expected_tensors(const Diffv2mConfig& config) {
  return tensors_of(config, diffv2m::Need::kParameter);
}

std::vector<ExpectedTensor> dead_tensors(const Diffv2mConfig& config) {
  return tensors_of(config, diffv2m::Need::kDead);
}

}  // namespace photoplayer::model::detail
