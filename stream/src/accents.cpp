// SPDX-License-Identifier: Apache-2.0
#include "accents.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace photoplayer::stream {
namespace {

constexpr std::uint8_t kKick = 36;
constexpr std::uint8_t kLowTom = 45;
constexpr std::uint8_t kCrash = 49;
/// A weaker event gets no crash: ten a minute would wear thin.
constexpr float kCrashStrength = 0.45F;
constexpr double kAccentLength_s = 0.35;
/// The notes on the hit are louder, those of the eighth before it softer, so that the accent stands out.
constexpr float kStress = 1.25F;
constexpr float kHold = 0.8F;
constexpr std::int64_t kHoldSteps = 2;

const Hit* hit_on(std::int64_t step, const std::vector<Hit>& hits) {
  const auto found = std::find_if(hits.begin(), hits.end(), [step](const Hit& hit) { return hit.step == step; });
  return found == hits.end() ? nullptr : &*found;
}

}  // namespace

std::vector<TimedNote> accent_notes(const Hit& hit) {
  std::vector<TimedNote> notes;
  const float velocity = std::min(1.0F, 0.6F + 0.4F * hit.strength);
  struct Stroke {
    std::uint8_t key;
    float share;
  };
  std::array<Stroke, 3> strokes = {{{kKick, 1.0F}, {kLowTom, 0.85F}, {kCrash, 0.9F}}};
  for (const Stroke& stroke : strokes) {
    if (stroke.key == kCrash && hit.strength < kCrashStrength) continue;
    NoteEvent event;
    event.step = hit.step;
    event.layer = Layer::kDrums;
    event.pitch = stroke.key;
    event.velocity = velocity * stroke.share;
    event.accent = true;
    event.offset_s = hit.offset_s;
    notes.push_back({hit.time_s, event});
    event.on = false;
    notes.push_back({hit.time_s + kAccentLength_s, event});
  }
  return notes;
}

void sort_by_time(std::vector<TimedNote>& notes) {
  std::stable_sort(notes.begin(), notes.end(), [](const TimedNote& a, const TimedNote& b) {
    if (a.time_s != b.time_s) return a.time_s < b.time_s;
    return !a.event.on && b.event.on;
  });
}

std::vector<TimedNote> place_notes(std::span<const NoteEvent> events, const Plan& plan) {
  const std::int64_t from = plan.first * kStepsPerBeat;
  const std::int64_t to = (plan.first + plan.hop) * kStepsPerBeat;
  std::vector<TimedNote> notes;
  notes.reserve(events.size() + 6 * plan.hits.size());
  for (NoteEvent event : events) {
    event.step = std::clamp(event.step, from, to);
    // A hit on the next hop's first step sounds alone: the notes of that step are not known yet.
    const Hit* moved = event.step < to ? hit_on(event.step, plan.hits) : nullptr;
    const Hit* stressed = moved != nullptr ? moved : hit_on(event.step, plan.carried);
    if (moved != nullptr) event.offset_s = moved->offset_s, event.late_steps = 0.0F;
    if (event.on) {
      if (stressed != nullptr) {
        event.velocity = std::min(1.0F, event.velocity * kStress);
      } else {
        for (std::int64_t ahead = 1; ahead <= kHoldSteps; ++ahead) {
          if (hit_on(event.step + ahead, plan.hits) != nullptr) event.velocity *= kHold;
        }
      }
    }
    const double late_s = static_cast<double>(event.late_steps) * plan.clock.step_s_at(event.step);
    notes.push_back({plan.clock.time_of_step(event.step) + event.offset_s + late_s, event});
  }
  for (const Hit& hit : plan.hits) {
    const std::vector<TimedNote> strokes = accent_notes(hit);
    notes.insert(notes.end(), strokes.begin(), strokes.end());
  }
  sort_by_time(notes);
  return notes;
}

}  // namespace photoplayer::stream
