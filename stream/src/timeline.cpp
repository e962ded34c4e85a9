// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/timeline.h>

#include <algorithm>
#include <cmath>

namespace photoplayer::stream {
namespace {

/// Two frames may swap places (B-frames, timestamp rounding); anything later than this is a broken clock.
constexpr double kJitter_s = 0.05;
/// A visual beat is confirmed after it happened, a still may take a second to encode.
constexpr double kLateEvent_s = 5.0;

float tidy(float value) noexcept {
  return std::isfinite(value) ? value : 0.0F;
}

constexpr auto kEarlier = [](const auto& entry, double time_s) { return entry.time_s < time_s; };

/// Inserts in order of time; false if `entry` is older than the newest by more than `late_s`.
template <typename Entry>
bool insert_in_order(std::deque<Entry>& entries, const Entry& entry, double late_s) {
  if (!std::isfinite(entry.time_s)) return false;
  if (entries.empty() || entries.back().time_s <= entry.time_s) {
    entries.push_back(entry);
    return true;
  }
  if (entries.back().time_s - entry.time_s > late_s) return false;
  auto place = entries.end();
  while (place != entries.begin() && std::prev(place)->time_s > entry.time_s) --place;
  entries.insert(place, entry);
  return true;
}

template <typename Entry>
void forget_before(std::deque<Entry>& entries, double time_s) {
  while (!entries.empty() && entries.front().time_s < time_s) entries.pop_front();
}

}  // namespace

const char* kind_name(VisualEventKind kind) noexcept {
  switch (kind) {
    case VisualEventKind::kCut:
      return "cut";
    case VisualEventKind::kFlash:
      return "flash";
    case VisualEventKind::kBeat:
      return "beat";
  }
  return "?";
}

void Timeline::push(const FastObservation& seen) {
  FastObservation clean = seen;
  for (float* value :
       {&clean.brightness, &clean.saturation, &clean.warmth, &clean.change, &clean.motion, &clean.cut, &clean.beat}) {
    *value = tidy(*value);
  }
  const std::lock_guard lock(mutex_);
  if (!insert_in_order(fast_, clean, kJitter_s)) {
    ++dropped_;
    return;
  }
  motion_.add(clean.time_s, clean.motion);
  forget_before(fast_, fast_.back().time_s - kMemory_s);
}

void Timeline::push(const SlowObservation& seen) {
  const std::lock_guard lock(mutex_);
  if (!insert_in_order(slow_, seen, kLateEvent_s)) {
    ++dropped_;
    return;
  }
  forget_before(slow_, slow_.back().time_s - kMemory_s);
}

void Timeline::push(const VisualEvent& event) {
  VisualEvent clean = event;
  clean.strength = tidy(clean.strength);
  const std::lock_guard lock(mutex_);
  if (!insert_in_order(events_, clean, kLateEvent_s)) {
    ++dropped_;
    return;
  }
  forget_before(events_, events_.back().time_s - kMemory_s);
}

void Timeline::push(const PulseObservation& seen) {
  const std::lock_guard lock(mutex_);
  if (!std::isfinite(seen.bpm) || !std::isfinite(seen.beat_s) || !insert_in_order(pulses_, seen, kJitter_s)) {
    ++dropped_;
    return;
  }
  forget_before(pulses_, pulses_.back().time_s - kMemory_s);
}

void Timeline::advance(double time_s) {
  const std::lock_guard lock(mutex_);
  if (!finished_ && std::isfinite(time_s)) seen_until_s_ = std::max(seen_until_s_, time_s);
}

void Timeline::finish(double time_s) {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  if (std::isfinite(time_s)) seen_until_s_ = time_s;
  finished_ = true;
}

void Timeline::reset() {
  const std::lock_guard lock(mutex_);
  fast_.clear();
  slow_.clear();
  events_.clear();
  pulses_.clear();
  motion_.clear();
  seen_until_s_ = 0.0;
  finished_ = false;
  dropped_ = 0;
}

double Timeline::seen_until_s() const {
  const std::lock_guard lock(mutex_);
  return seen_until_s_;
}

bool Timeline::finished() const {
  const std::lock_guard lock(mutex_);
  return finished_;
}

std::uint64_t Timeline::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

Glance Timeline::glance(double from_s, double to_s) const {
  Glance result;
  const std::lock_guard lock(mutex_);
  // Nothing is said about what lies beyond `seen_until_s_`, even if frames of it have arrived already.
  to_s = std::min(to_s, seen_until_s_);
  if (!(from_s < to_s) || fast_.empty()) return result;

  auto entry = std::lower_bound(fast_.begin(), fast_.end(), from_s, kEarlier);
  // The frame on screen when the interval begins counts towards the means, not towards the maxima.
  auto shown = entry == fast_.begin() ? entry : std::prev(entry);
  if (shown == fast_.end() || shown->time_s >= to_s) return result;

  double weight_sum = 0.0;
  double change = 0.0, motion = 0.0, brightness = 0.0, saturation = 0.0, warmth = 0.0;
  for (; shown != fast_.end() && shown->time_s < to_s; ++shown) {
    const auto next = std::next(shown);
    const double until = next == fast_.end() ? to_s : std::min(to_s, next->time_s);
    const double weight = std::max(0.0, until - std::max(from_s, shown->time_s));
    weight_sum += weight;
    change += weight * static_cast<double>(shown->change);
    motion += weight * static_cast<double>(shown->motion);
    brightness += weight * static_cast<double>(shown->brightness);
    saturation += weight * static_cast<double>(shown->saturation);
    warmth += weight * static_cast<double>(shown->warmth);
    if (shown->time_s >= from_s) {
      result.cut = std::max(result.cut, shown->cut);
      result.beat = std::max(result.beat, shown->beat);
    }
  }
  if (weight_sum <= 0.0) return Glance{};
  result.change = static_cast<float>(change / weight_sum);
  result.motion = static_cast<float>(motion / weight_sum);
  result.brightness = static_cast<float>(brightness / weight_sum);
  result.saturation = static_cast<float>(saturation / weight_sum);
  result.warmth = static_cast<float>(warmth / weight_sum);
  result.seen = 1.0F;
  return result;
}

std::optional<float> Timeline::liveliness(double from_s, double to_s) const {
  const Glance seen = glance(from_s, to_s);
  if (seen.seen <= 0.0F) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return motion_.standing(seen.motion, std::min(to_s, seen_until_s_));
}

std::vector<SlowObservation> Timeline::slow(double from_s, double to_s, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  auto first = std::lower_bound(slow_.begin(), slow_.end(), from_s, kEarlier);
  const auto last = std::lower_bound(first, slow_.end(), to_s, kEarlier);
  const auto count = static_cast<std::size_t>(std::distance(first, last));
  if (count > limit) first += static_cast<std::ptrdiff_t>(count - limit);
  return {first, last};
}

std::vector<VisualEvent> Timeline::events(double from_s, double to_s) const {
  const std::lock_guard lock(mutex_);
  const auto first = std::lower_bound(events_.begin(), events_.end(), from_s, kEarlier);
  return {first, std::lower_bound(first, events_.end(), to_s, kEarlier)};
}

std::vector<PulseObservation> Timeline::pulses(double from_s, double to_s) const {
  const std::lock_guard lock(mutex_);
  const auto first = std::lower_bound(pulses_.begin(), pulses_.end(), from_s, kEarlier);
  return {first, std::lower_bound(first, pulses_.end(), to_s, kEarlier)};
}

}  // namespace photoplayer::stream
