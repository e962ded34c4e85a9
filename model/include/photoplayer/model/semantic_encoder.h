// SPDX-License-Identifier: Apache-2.0
#pragma once
/// parlour's semantic encoder: the project's own small convolutional network in CLIP's slot, distilled by
/// train/semantic. LibTorch stays behind the port.
///
/// Config, a JSON object: {"side": 128, "widths": [16, 32, …], "blocks": [0, 0, …]}. Each stage halves the
/// picture (3 × 3, stride 2) to `widths[i]` channels and adds `blocks[i]` residual blocks; then mean, linear
/// to 512, unit length. Tensors: semantic.stage<i>.down.{weight,bias},
/// semantic.stage<i>.block<j>.{a,b}.{weight,bias}, semantic.head.{weight,bias}.
#include <photoplayer/stream/picture.h>
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace photoplayer::model {

/// Gives a tensor by name, or says why not: Bundle::read_f32 fits. It refuses another shape than the one
/// asked for.
using TensorSource =
    std::function<Result<std::vector<float>>(const std::string& name, std::span<const std::int64_t> shape)>;

/// Copies what it needs. Fails with kBadBundle. The encoder is called by one thread at a time.
[[nodiscard]] Result<std::unique_ptr<stream::SemanticEncoder>> make_semantic_encoder(std::string_view config_json,
                                                                                     const TensorSource& tensors);

}  // namespace photoplayer::model
