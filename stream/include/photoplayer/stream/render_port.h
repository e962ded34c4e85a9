// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The audio thread's side of the engine. Exactly one render thread calls it: a device callback or GStreamer's
/// streaming thread. Nothing here allocates, locks, waits, logs or throws.
#include <cstddef>
#include <cstdint>
#include <span>

namespace photoplayer::stream {

struct RenderStatus {
  std::size_t frames_rendered = 0;
  std::size_t frames_missing = 0;  ///< concealed: ramped to silence
};

class RenderPort {
 public:
  virtual ~RenderPort() = default;
  /// Fills `out` (interleaved stereo [frames, 2]) completely. Caller: render. Progress: wait-free.
  [[nodiscard]] virtual RenderStatus render(std::span<float> out) noexcept = 0;
  /// Frames ready now. Any thread.
  [[nodiscard]] virtual std::size_t queued_frames() const noexcept = 0;
};

}  // namespace photoplayer::stream
