// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/perception/perception.h>

namespace photoplayer::perception {

Perception::Perception(stream::Timeline& timeline, stream::SemanticEncoder* encoder)
    : timeline_(timeline), slow_path_(std::in_place_type<SlowPath>, encoder) {}

Perception::Perception(stream::Timeline& timeline, PerceptionThread& thread)
    : timeline_(timeline), slow_path_(&thread) {}

bool Perception::wants_still(double time_s) const noexcept {
  if (const auto* slow_path = std::get_if<SlowPath>(&slow_path_)) return slow_path->wants(time_s);
  return (*std::get_if<PerceptionThread*>(&slow_path_))->wants(time_s);
}

void Perception::see(const stream::PictureView& thumb, const stream::PictureView* still, double time_s) {
  timeline_.push(fast_path_.observe(thumb, time_s));
  for (const stream::VisualEvent& event : fast_path_.events()) timeline_.push(event);
  tell_pulse(time_s);
  if (still != nullptr) {
    if (auto* slow_path = std::get_if<SlowPath>(&slow_path_)) {
      timeline_.push(slow_path->look(*still, time_s));
    } else {
      (*std::get_if<PerceptionThread*>(&slow_path_))->offer(*still, time_s);
    }
  }
  timeline_.advance(time_s);
}

void Perception::tell_pulse(double time_s) {
  constexpr double kEvery_s = 0.24;  // as often as it is renewed
  if (pulse_s_ && time_s - *pulse_s_ < kEvery_s && time_s >= *pulse_s_) return;
  pulse_s_ = time_s;
  const VisualTempo tempo = fast_path_.tempo().value_or(VisualTempo{});
  timeline_.push(stream::PulseObservation{time_s, tempo.bpm, tempo.confidence, tempo.beat_s});
}

void Perception::reset() {
  fast_path_.reset();
  pulse_s_.reset();
  if (auto* slow_path = std::get_if<SlowPath>(&slow_path_)) {
    slow_path->reset();
  } else {
    (*std::get_if<PerceptionThread*>(&slow_path_))->reset();
  }
  timeline_.reset();
}

}  // namespace photoplayer::perception
