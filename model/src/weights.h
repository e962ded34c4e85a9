// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Fills a module from a bundle: every parameter and buffer by its name after a prefix. All that is missing,
/// misshapen or not finite is named at once.
#include <photoplayer/model/bundle.h>
#include <torch/torch.h>

#include <string>

namespace photoplayer::model {

[[nodiscard]] Result<void> fill(torch::nn::Module& module, const Bundle& bundle, const std::string& prefix);

}  // namespace photoplayer::model
