// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/beat_clock.h>

#include "accents.h"
#include "understudy.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace photoplayer::stream {
namespace {

constexpr float kSofter = 0.708F;  // −3 dB
/// The bed's chord: struck every so many rows, so loud at first and at last.
constexpr int kBedRows = 2 * kBeatsPerBar;
constexpr float kBedStart = 0.4F;
constexpr float kBedFloor = 0.15F;
constexpr std::int64_t kBarSteps = kBeatsPerBar * kStepsPerBeat;

}  // namespace

void Understudy::open(double start_s, double step_s, int rows, bool rows_are_beats) {
  start_s_ = start_s;
  step_s_ = step_s;
  rows_ = rows;
  rows_are_beats_ = rows_are_beats;
}

void Understudy::listen(const Hop& hop) {
  if (hop.replaces) {
    while (!bar_.empty() && bar_.back().step >= hop.first * kStepsPerBeat) bar_.pop_back();
  }
  row_ = hop.first + hop.rows;
  bed_rows_ = hop.source == HopSource::kBed ? bed_rows_ + hop.rows : 0;
  start_s_ = hop.end_s;
  step_s_ = hop.step_s;
  last_ = hop.source;
  if (hop.source == HopSource::kNetwork) {
    rows_ = hop.rows;
    look_ahead_ = hop.look_ahead;
    look_ahead_end_ = row_ + hop.look_ahead_rows;
    repeated_rows_ = 0;
  } else if (hop.source == HopSource::kRepeatBar) {
    repeated_rows_ += hop.rows;
  }
  // A bar can be played again; a moment of sound would be heard as a stutter.
  if (hop.source == HopSource::kBed || !hop.sound.frames.empty()) return;
  if (!heard_) heard_from_ = hop.first;
  heard_ = true;
  for (const TimedNote& note : hop.notes) {
    if (note.event.accent) continue;
    bar_.push_back(note.event);
    bar_.back().offset_s = 0.0;
  }
  while (!bar_.empty() && bar_.front().step < row_ * kStepsPerBeat - kBarSteps) bar_.pop_front();
}

double Understudy::time_of(std::int64_t step) const {
  return start_s_ + static_cast<double>(step - row_ * kStepsPerBeat) * step_s_;
}

std::vector<NoteEvent> Understudy::bed() const {
  // The harmony struck last; without one, whatever was.
  std::vector<NoteEvent> chord;
  for (const bool harmony : {true, false}) {
    for (auto note = bar_.rbegin(); note != bar_.rend() && chord.empty(); ++note) {
      const auto fits = [&](const NoteEvent& event) {
        return event.on && (harmony ? event.layer == Layer::kHarmony : event.layer != Layer::kDrums);
      };
      if (!fits(*note)) continue;
      std::copy_if(bar_.begin(), bar_.end(), std::back_inserter(chord),
                   [&](const NoteEvent& event) { return fits(event) && event.step == note->step; });
    }
  }
  std::vector<NoteEvent> events;
  for (int row = 0; row < rows_; ++row) {
    const int into = bed_rows_ + row;
    if (into % kBedRows != 0) continue;
    const float velocity = std::max(kBedFloor, kBedStart * std::pow(kSofter, static_cast<float>(into / kBedRows)));
    for (NoteEvent event : chord) {
      event.step = (row_ + row) * kStepsPerBeat;
      event.layer = Layer::kHarmony;
      event.velocity = velocity;
      event.late_steps = 0.0F;
      events.push_back(event);
    }
  }
  return events;
}

Hop Understudy::stand_in() const {
  Hop hop;
  hop.first = row_;
  hop.rows = rows_;
  hop.step_s = step_s_;
  hop.start_s = start_s_;
  std::vector<NoteEvent> events;
  if (row_ < look_ahead_end_) {
    hop.source = HopSource::kLookAhead;
    hop.rows = static_cast<int>(std::min<std::int64_t>(rows_, look_ahead_end_ - row_));
    events = look_ahead_;
  } else if (heard_ && row_ - heard_from_ >= kBeatsPerBar && repeated_rows_ < kMaxRepeatedRows) {
    hop.source = HopSource::kRepeatBar;
    hop.rows = std::min(rows_, kBeatsPerBar);
    for (NoteEvent event : bar_) {
      event.step += kBarSteps;
      // Each repeat is heard and repeated in its turn, so the softening adds up.
      event.velocity *= kSofter;
      events.push_back(event);
    }
  } else {
    hop.source = HopSource::kBed;
    events = bed();
  }
  hop.releases_before = hop.source != HopSource::kLookAhead && hop.source != last_;
  const std::int64_t from = row_ * kStepsPerBeat;
  const std::int64_t to = from + hop.rows * kStepsPerBeat;
  for (const NoteEvent& event : events) {
    // A note may end exactly where the hop does; one that begins there is the next hop's.
    if (event.step >= from && (event.on ? event.step < to : event.step <= to)) {
      hop.notes.push_back({time_of(event.step) + static_cast<double>(event.late_steps) * step_s_, event});
    }
  }
  sort_by_time(hop.notes);
  hop.end_s = time_of(to);
  if (!rows_are_beats_) return hop;
  for (std::int64_t row = row_; row < row_ + hop.rows; ++row) hop.beats_s.push_back(time_of(row * kStepsPerBeat));
  return hop;
}

}  // namespace photoplayer::stream
