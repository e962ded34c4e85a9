// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the director decided for the piece, for the decoder and the synthesiser. The sampler thread writes, the
/// conductor thread reads the style.
#include <atomic>
#include <cstdint>

namespace photoplayer::model {

struct ScoreChoices {
  std::atomic<int> style{0};
  std::atomic<int> transpose{0};                 ///< semitones from C to the tonic, −6…5
  std::atomic<std::uint32_t> scale_mask{0xAB5};  ///< bit p: pitch class p above the tonic belongs to the scale
};

}  // namespace photoplayer::model
