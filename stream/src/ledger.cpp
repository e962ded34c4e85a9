// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/beat_clock.h>
#include <photoplayer/stream/ledger.h>

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

void Ledger::hop_scheduled(const Hop& hop) {
  const std::lock_guard lock(mutex_);
  if (any_hop_) keep(seams_s_, hop.start_s);
  any_hop_ = true;
  for (std::size_t i = 0; i < hop.beats_s.size(); ++i) {
    keep(beats_s_, hop.beats_s[i]);
    if (BeatClock::is_bar_line(hop.first + static_cast<std::int64_t>(i))) keep(bars_s_, hop.beats_s[i]);
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
  for (const ReportedEvent& event : events) keep(events_, event);
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
  beats_s_.clear();
  bars_s_.clear();
  events_.clear();
  stages_ = {};
  any_hop_ = false;
}

Report Ledger::report() const {
  const std::lock_guard lock(mutex_);
  Report report = counts_;
  report.seams_s.assign(seams_s_.begin(), seams_s_.end());
  report.beats_s.assign(beats_s_.begin(), beats_s_.end());
  report.bars_s.assign(bars_s_.begin(), bars_s_.end());
  report.events.assign(events_.begin(), events_.end());
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (stages_[i].count() > 0) report.stages.push_back(stages_[i].summary(kStageNames[i]));
  }
  return report;
}

}  // namespace photoplayer::stream
