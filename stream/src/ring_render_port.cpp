// SPDX-License-Identifier: Apache-2.0
#include "ring_render_port.h"

#include <algorithm>

namespace photoplayer::stream {

std::size_t RingRenderPort::queued_frames() const noexcept {
  const std::uint64_t stale_before = stale_before_.load();
  const std::size_t queued = ring_.queued_frames();
  const std::uint64_t written = ring_.written_frames();
  return static_cast<std::size_t>(std::min<std::uint64_t>(queued, written - std::min(written, stale_before)));
}

std::uint32_t RingRenderPort::flush() noexcept {
  stale_before_.store(ring_.written_frames());
  return wanted_epoch_.fetch_add(1) + 1;
}

void RingRenderPort::pass_over_late_frames() noexcept {
  // In bounded bites: what is left over waits for the next call.
  std::array<float, 512> discarded;
  for (int bite = 0; bite < 16 && owed_ > 0; ++bite) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(owed_, discarded.size() / 2));
    const std::size_t got = ring_.read(std::span(discarded).first(2 * wanted), epoch_);
    owed_ -= got;
    if (got < wanted) return;
  }
}

void RingRenderPort::conceal(std::span<float> out) noexcept {
  for (std::size_t i = 0; i < out.size() / 2; ++i) {
    float level = 0.0F;
    if (decayed_ < kRamp_frames) {
      ++decayed_;
      level = 1.0F - static_cast<float>(decayed_) / static_cast<float>(kRamp_frames);
    }
    out[2 * i] = held_[0] * level;
    out[2 * i + 1] = held_[1] * level;
  }
}

void RingRenderPort::fade_in(std::span<float> out) noexcept {
  for (std::size_t i = 0; i < out.size() / 2 && faded_in_ < kRamp_frames; ++i) {
    ++faded_in_;
    const float level = static_cast<float>(faded_in_) / static_cast<float>(kRamp_frames);
    // The tail of a concealment that was cut short goes on under the fade, so that nothing jumps.
    float tail = 0.0F;
    if (decayed_ < kRamp_frames) {
      ++decayed_;
      tail = 1.0F - static_cast<float>(decayed_) / static_cast<float>(kRamp_frames);
    }
    out[2 * i] = out[2 * i] * level + held_[0] * tail;
    out[2 * i + 1] = out[2 * i + 1] * level + held_[1] * tail;
  }
}

RenderStatus RingRenderPort::render(std::span<float> out) noexcept {
  const std::size_t frames = out.size() / 2;
  if (out.size() % 2 != 0) out.back() = 0.0F;
  if (frames == 0) return {};
  if (const std::uint32_t wanted = wanted_epoch_.load(); wanted != epoch_) {
    epoch_ = wanted;
    playing_ = missing_ = false;
    owed_ = 0;
    if (!dry_) {
      held_ = last_;
      decayed_ = 0;
    }
    dry_ = true;
  }
  const bool due = due_.load(), ended = ended_.load();
  if (owed_ > 0) pass_over_late_frames();
  bool ready = owed_ == 0;
  if (!playing_ && !due && !ended) {
    ring_.pass_over_stale(epoch_);
    ready = ring_.queued_frames() >= prime_frames_;
  }
  const std::size_t got = ready ? ring_.read(out.first(2 * frames), epoch_) : 0;
  if (got > 0) {
    if (dry_) faded_in_ = 0;
    dry_ = false;
    playing_ = true;
    fade_in(out.first(2 * got));
  }
  if (got == frames) missing_ = false;  // one that goes on in the next call is the same underrun
  if (got < frames) {
    if (!dry_) {
      // Hold what was last heard, then let it decay.
      held_ = got > 0 ? std::array{out[2 * got - 2], out[2 * got - 1]} : last_;
      decayed_ = 0;
      dry_ = true;
    }
    conceal(out.subspan(2 * got, 2 * (frames - got)));
    if ((playing_ || due) && !ended) {
      if (!missing_) underrun_events_.fetch_add(1);
      missing_ = true;
      underrun_frames_.fetch_add(frames - got);
      owed_ += frames - got;
    }
  }
  last_ = {out[2 * frames - 2], out[2 * frames - 1]};
  return {got, frames - got};
}

}  // namespace photoplayer::stream
