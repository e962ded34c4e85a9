// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The render thread's side of the ring. When the ring runs dry it lets the last sample decay instead of
/// clicking, counts, and fades back in; late frames are then passed over, so that the music stays on its
/// clock. Nothing here allocates, locks or waits: kept true by tests/unit/stream/render_port_test.cpp.
#include <photoplayer/stream/frame_ring.h>
#include <photoplayer/stream/render_port.h>

#include <array>
#include <atomic>
#include <cstdint>

namespace photoplayer::stream {

class RingRenderPort final : public RenderPort {
 public:
  static constexpr std::size_t kRamp_frames = 256;  ///< 6 ms

  /// After a start or a flush, music begins once `prime_frames` are there or sound is due: a device that asks
  /// early cannot drain the jitter buffer before it has filled.
  explicit RingRenderPort(FrameRing& ring, std::size_t prime_frames = 0) : ring_(ring), prime_frames_(prime_frames) {}

  [[nodiscard]] RenderStatus render(std::span<float> out) noexcept override;
  /// Without those that a flush has made stale.
  [[nodiscard]] std::size_t queued_frames() const noexcept override;

  /// What is queued now is stale: ramp down, and in again with the first frame of the new epoch. Any thread
  /// but render.
  std::uint32_t flush() noexcept;
  [[nodiscard]] std::uint32_t epoch() const noexcept { return wanted_epoch_.load(); }
  /// Sound is due: from here on every frame that is asked for and not there is an underrun, also before the
  /// first music, and its original is passed over when it comes. Any thread but render.
  void expect_sound(bool due) noexcept { due_.store(due); }
  /// No more will come: an empty ring is silence from here on, not an underrun. Any thread but render.
  void expect_no_more(bool ended) noexcept { ended_.store(ended); }

  [[nodiscard]] std::uint64_t underrun_events() const noexcept { return underrun_events_.load(); }
  [[nodiscard]] std::uint64_t underrun_frames() const noexcept { return underrun_frames_.load(); }

 private:
  void pass_over_late_frames() noexcept;
  void conceal(std::span<float> out) noexcept;
  void fade_in(std::span<float> out) noexcept;

  FrameRing& ring_;
  std::size_t prime_frames_;
  std::atomic<std::uint64_t> stale_before_{0};  ///< in frames ever written
  std::atomic<std::uint32_t> wanted_epoch_{1};
  std::atomic<bool> due_{false};
  std::atomic<bool> ended_{false};
  std::atomic<std::uint64_t> underrun_events_{0};
  std::atomic<std::uint64_t> underrun_frames_{0};

  // Render thread only.
  std::uint32_t epoch_ = 1;
  bool playing_ = false;         ///< the epoch's first frame has come
  bool dry_ = true;              ///< the last frame given out was concealed
  bool missing_ = false;         ///< an underrun goes on
  std::uint64_t owed_ = 0;       ///< concealed frames whose originals are still to come
  std::array<float, 2> last_{};  ///< last sample given out
  std::array<float, 2> held_{};  ///< last sample before the ring ran dry, decaying
  std::size_t decayed_ = kRamp_frames;
  std::size_t faded_in_ = 0;
};

}  // namespace photoplayer::stream
