// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/beat_clock.h>
#include <photoplayer/stream/ledger.h>

#include <algorithm>
#include <iterator>

namespace photoplayer::stream {

void Ledger::window_sampled(double tempo_bpm, const Controls& decided, bool fewer_steps, bool guided) {
  const std::lock_guard lock(mutex_);
  ++counts_.windows;
  counts_.tempo_bpm = tempo_bpm;
  counts_.decided = decided;
  if (fewer_steps) ++counts_.ladder.fewer_steps;
  if (!guided) ++counts_.ladder.no_guidance;
}

void Ledger::notes_decoded(int notes, int corrected) {
  const std::lock_guard lock(mutex_);
  counts_.notes += static_cast<std::uint64_t>(notes);
  counts_.notes_corrected += static_cast<std::uint64_t>(corrected);
}

void Ledger::paced(int steps, int asked, double budget_s) {
  const std::lock_guard lock(mutex_);
  counts_.live.steps = steps;
  counts_.live.budget_s = budget_s;
  if (steps < asked) ++counts_.live.lowered_windows;
}

void Ledger::steps_changed(bool raised) {
  const std::lock_guard lock(mutex_);
  ++(raised ? counts_.live.steps_raised : counts_.live.steps_lowered);
}

void Ledger::queue(double seconds, double limit_s) {
  const std::lock_guard lock(mutex_);
  queue_.add(seconds);
  counts_.live.queue_limit_s = limit_s;
}

void Ledger::priority(const char* granted) {
  const std::lock_guard lock(mutex_);
  priority_ = granted;
}

void Ledger::hop_scheduled(const Hop& hop) {
  const std::lock_guard lock(mutex_);
  if (hop.replaces) {
    ++counts_.live.early_hops;
    constexpr double kRounding_s = 1e-6;
    const double from_s = hop.start_s - kRounding_s;
    while (!beats_.empty() && beats_.back().time_s >= from_s) beats_.pop_back();
    while (!bars_s_.empty() && bars_s_.back() >= from_s) bars_s_.pop_back();
    while (!seams_s_.empty() && seams_s_.back() >= from_s) seams_s_.pop_back();
  }
  if (any_hop_) keep(seams_s_, hop.start_s);
  any_hop_ = true;
  auto row = static_cast<std::uint64_t>(hop.first);
  for (const double beat_s : hop.beats_s) {
    keep(beats_, {beat_s, row, row / kBeatsPerBar});
    if (row % kBeatsPerBar == 0) keep(bars_s_, beat_s);
    ++row;
  }
  switch (hop.source) {
    case HopSource::kNetwork:
      break;
    case HopSource::kLookAhead:
      ++counts_.ladder.look_ahead;
      break;
    case HopSource::kRepeatBar:
      ++counts_.ladder.repeat_bar;
      break;
    case HopSource::kBed:
      ++counts_.ladder.bed;
      break;
  }
}

void Ledger::events_seen(std::span<const ReportedEvent> events) {
  const std::lock_guard lock(mutex_);
  for (const ReportedEvent& event : events) {
    keep(events_, event);
    ++counts_.events_seen;
    if (event.taken) ++counts_.events_taken;
  }
}

void Ledger::events_late(std::span<const ReportedEvent> events) {
  events_seen(events);
  const std::lock_guard lock(mutex_);
  counts_.live.late_events += events.size();
}

void Ledger::failed(const Error& error) {
  const std::lock_guard lock(mutex_);
  ++counts_.failures;
  counts_.last_failure = error.message;
}

void Ledger::stage(Stage stage, double seconds) {
  const std::lock_guard lock(mutex_);
  stages_[static_cast<std::size_t>(stage)].add(seconds);
}

void Ledger::reset() {
  const std::lock_guard lock(mutex_);
  counts_ = {};
  seams_s_.clear();
  beats_.clear();
  bars_s_.clear();
  events_.clear();
  stages_ = {};
  queue_ = {};
  any_hop_ = false;
}

Report Ledger::report() const {
  const std::lock_guard lock(mutex_);
  Report report = counts_;
  report.seams_s.assign(seams_s_.begin(), seams_s_.end());
  for (const ReportedBeat& beat : beats_) report.beats_s.push_back(beat.time_s);
  report.bars_s.assign(bars_s_.begin(), bars_s_.end());
  report.events.assign(events_.begin(), events_.end());
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (stages_[i].count() > 0) report.stages.push_back(stages_[i].summary(kStageNames[i]));
  }
  add_live_facts(report);
  return report;
}

Report Ledger::counts() const {
  const std::lock_guard lock(mutex_);
  Report counts = counts_;
  add_live_facts(counts);
  return counts;
}

void Ledger::add_live_facts(Report& report) const {
  report.live.queue = queue_.summary("queue");
  report.live.priority = priority_;
}

std::vector<ReportedBeat> Ledger::beats(double after_s, double until_s) const {
  const auto later = [](double time_s, const ReportedBeat& beat) { return time_s < beat.time_s; };
  const std::lock_guard lock(mutex_);
  auto first = std::upper_bound(beats_.begin(), beats_.end(), after_s, later);
  const auto last = std::upper_bound(first, beats_.end(), until_s, later);
  if (last - first > kMaxBeats) first = last - kMaxBeats;
  return {first, last};
}

std::vector<ReportedEvent> Ledger::accents(double after_s, double until_s) const {
  constexpr std::ptrdiff_t kNewest = 256;
  std::vector<ReportedEvent> found;
  const std::lock_guard lock(mutex_);
  const auto newest = std::min<std::ptrdiff_t>(kNewest, static_cast<std::ptrdiff_t>(events_.size()));
  std::copy_if(events_.end() - newest, events_.end(), std::back_inserter(found), [&](const ReportedEvent& event) {
    return event.taken && event.accent_time_s > after_s && event.accent_time_s <= until_s;
  });
  return found;
}

}  // namespace photoplayer::stream
