// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A TFLite graph that is one chain of convolutions (dense or depthwise, ReLU6), a mean over the plane and a last dense
/// layer, run in float. Everything is checked when the chain is made, so that running it cannot fail.
#include <photoplayer/stream/result.h>
#include <photoplayer/train/tflite_reader.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace photoplayer::train::detail {

struct Plane {
  std::size_t height = 0, width = 0, channels = 0;
  [[nodiscard]] std::size_t size() const noexcept { return height * width * channels; }
};

struct Layer {
  bool depthwise = false;
  Plane from, to;
  std::size_t kernel_y = 1, kernel_x = 1, stride_y = 1, stride_x = 1, pad_y = 0, pad_x = 0;  ///< pads before
  float ceiling = 0.0F;        ///< of the activation; 0: no activation
  std::vector<float> weights;  ///< [out, y, x, in]; depthwise [y, x, out]
  std::vector<float> bias;     ///< [out]
};

class LayerChain {
 public:
  /// `name` goes into messages. Fails with kBadInput on another kind of graph.
  [[nodiscard]] static Result<LayerChain> make(TfliteModel model, const Plane& input, const std::string& name);

  /// `input` [from.size()] → `pooled` (mean over the plane) and `logits`.
  void run(std::span<const float> input, std::span<float> pooled, std::span<float> logits) const;

  [[nodiscard]] std::size_t pooled_size() const noexcept { return layers_.back().from.channels; }
  [[nodiscard]] std::size_t logits_size() const noexcept { return layers_.back().to.channels; }

 private:
  std::vector<Layer> layers_;  ///< the last is the dense one
};

}  // namespace photoplayer::train::detail
