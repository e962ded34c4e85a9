// SPDX-License-Identifier: Apache-2.0
#include "director.h"

#include <set>

#include "support/catch.h"

using namespace photoplayer;
using namespace photoplayer::model;

namespace {

/// A picture of even motion and light, seen for `seconds`.
void show(stream::Timeline& timeline, double seconds, float motion, float brightness) {
  for (double t = 0.0; t < seconds; t += 0.1) {
    stream::FastObservation seen;
    seen.time_s = t;
    seen.motion = seen.change = motion;
    seen.brightness = brightness;
    seen.saturation = 0.4F;
    timeline.push(seen);
  }
  timeline.advance(seconds);
}

struct Asked {
  explicit Asked(const stream::Timeline& timeline, std::int64_t first, int context, int hop, int look_ahead) {
    for (int i = 0; i <= context + hop + look_ahead; ++i) times.push_back(0.5 * static_cast<double>(first + i));
    request.first = first, request.context = context, request.hop = hop, request.look_ahead = look_ahead;
    request.times_s = times;
    request.timeline = &timeline;
    request.seen_until_s = 1000.0;
    request.tempo_bpm = 120.0;
  }
  std::vector<double> times;
  stream::WindowRequest request;
};

}  // namespace

TEST_CASE("Director: what was planned for final rows stays") {
  stream::Timeline timeline;
  show(timeline, 20.0, 0.3F, 0.5F);
  Director director(7, std::make_shared<ScoreChoices>());
  const auto first = director.plan(Asked(timeline, 0, 0, 4, 8).request);
  Asked next(timeline, 0, 4, 4, 8);
  next.request.controls.intensity = 1.0F;  // a change of mind does not reach back
  const auto second = director.plan(next.request);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(first.beats[i].chord_chroma == second.beats[i].chord_chroma);
    CHECK(first.beats[i].layers == second.beats[i].layers);
    CHECK(first.beats[i].density == second.beats[i].density);
  }
  CHECK(second.beats[4].layers == std::uint8_t{0b11111});
}

TEST_CASE("Director: the user's style, key, mode and tempo are taken as they are") {
  stream::Timeline timeline;
  show(timeline, 8.0, 0.2F, 0.5F);
  stream::Controls controls;
  controls.style = 6, controls.key = 9, controls.scale = stream::ScaleMode::kMinor, controls.tempo_bpm = 131.0;
  auto choices = std::make_shared<ScoreChoices>();
  Director director(1, choices);
  director.open(timeline, 0.0, 8.0, controls);
  CHECK(director.tempo_bpm() == 131.0);
  CHECK(director.decided().style == 6);
  CHECK(director.decided().key == 9);
  CHECK(choices->transpose == -3);
  CHECK(choices->style == 6);
}

TEST_CASE("Director: a piece of known length ends on the tonic, by way of the dominant") {
  stream::Timeline timeline;
  show(timeline, 30.0, 0.3F, 0.5F);
  Director director(3, std::make_shared<ScoreChoices>());
  Asked asked(timeline, 16, 0, 16, 0);
  asked.request.end_row = 32;
  const auto plan = director.plan(asked.request);
  for (std::size_t beat = 12; beat < 16; ++beat) CHECK(plan.beats[beat].chord_root == 0);
  CHECK(plan.beats[11].chord_root == 7);
  CHECK(plan.beats[15].beats_to_end == 0.0F);
}

TEST_CASE("Director: a livelier picture gets more layers, more notes and more arousal") {
  stream::Timeline calm, lively;
  show(calm, 20.0, 0.02F, 0.5F);
  show(lively, 20.0, 0.7F, 0.5F);
  int quiet_layers = 0, loud_layers = 0;
  for (int style = 0; style < stream::kStyles; ++style) {
    const auto plan_of = [&](const stream::Timeline& timeline) {
      Director director(3, std::make_shared<ScoreChoices>());
      Asked asked(timeline, 8, 0, 8, 0);
      asked.request.controls.style = style;
      return director.plan(asked.request);
    };
    const auto quiet = plan_of(calm), loud = plan_of(lively);
    quiet_layers += __builtin_popcount(*quiet.beats[2].layers);
    loud_layers += __builtin_popcount(*loud.beats[2].layers);
    CHECK(*quiet.beats[2].density < *loud.beats[2].density);
    CHECK(*quiet.global.arousal < *loud.global.arousal);
  }
  CHECK(quiet_layers < loud_layers);
}

TEST_CASE("Director: harmony moves, phrase after phrase, and differs by seed") {
  stream::Timeline timeline;
  show(timeline, 30.0, 0.3F, 0.5F);
  const auto chords_of = [&](std::uint64_t seed) {
    Director director(seed, std::make_shared<ScoreChoices>());
    std::vector<int> roots;
    for (const auto& beat : director.plan(Asked(timeline, 0, 0, 96, 0).request).beats) roots.push_back(beat.chord_root);
    return roots;
  };
  const auto one = chords_of(1);
  CHECK(std::set<int>(one.begin(), one.end()).size() >= 3);
  CHECK(one == chords_of(1));
  CHECK(one != chords_of(2));
}

TEST_CASE("Director: a hit reaches the row and the sixteenth that carry it") {
  stream::Timeline timeline;
  show(timeline, 20.0, 0.3F, 0.5F);
  Director director(3, std::make_shared<ScoreChoices>());
  Asked asked(timeline, 0, 0, 8, 0);
  const std::vector<stream::Hit> hits = {{4 * 5 + 2, 2.75, 0.0, 0.8F}};
  asked.request.hits = hits;
  const auto plan = director.plan(asked.request);
  CHECK(plan.beats[5].hits[2] == 0.8F);
  CHECK(plan.beats[4].hits[2] == 0.0F);
}

TEST_CASE("Director: half an hour of harmony comes back in parts and never goes round") {
  for (int style = 0; style < stream::kStyles; ++style) {
    HarmonyPlan plan(5, style, stream::ScaleMode::kMinor);
    constexpr int kPhrases = 84;  // half an hour at 90 BPM
    std::vector<std::vector<std::uint16_t>> phrases;
    for (int phrase = 0; phrase < kPhrases; ++phrase) {
      std::vector<std::uint16_t> chords;
      for (int beat = 0; beat < 32; ++beat) chords.push_back(plan.chord(phrase * 32 + beat).chroma);
      phrases.push_back(chords);
    }
    const std::set<std::vector<std::uint16_t>> different(phrases.begin(), phrases.end());
    INFO("style " << style);
    CHECK(different.size() >= 25);
    CHECK(different.size() <= 75);
    int most = 0;
    for (int period = 1; period <= 24; ++period) {
      int equal = 0;
      for (int i = 0; i + period < kPhrases; ++i)
        equal += phrases[static_cast<std::size_t>(i)] == phrases[static_cast<std::size_t>(i + period)] ? 1 : 0;
      most = std::max(most, 100 * equal / (kPhrases - period));
    }
    CHECK(most <= 40);
  }
}

TEST_CASE("Director: the decoder learns which chord a row has") {
  stream::Timeline timeline;
  show(timeline, 20.0, 0.3F, 0.5F);
  auto choices = std::make_shared<ScoreChoices>();
  Director director(3, choices);
  const auto plan = director.plan(Asked(timeline, 0, 0, 16, 0).request);
  for (std::size_t row = 0; row < 16; ++row)
    CHECK(choices->chord_at(static_cast<std::int64_t>(row)) == plan.beats[row].chord_chroma);
  CHECK(choices->chord_at(300) == 0);
}

TEST_CASE("Director: a film's calm moments are calm and its lively ones lively, however wild the rest") {
  for (const float base : {0.02F, 0.4F}) {
    stream::Timeline timeline;
    for (double t = 0.0; t < 60.0; t += 0.1) {
      stream::FastObservation seen;
      seen.time_s = t;
      seen.motion = seen.change = base + (t < 30.0 ? 0.0F : 0.12F);
      timeline.push(seen);
    }
    timeline.advance(60.0);
    const auto density_at = [&](std::int64_t row) {
      Director director(3, std::make_shared<ScoreChoices>());
      return *director.plan(Asked(timeline, row, 0, 8, 0).request).beats[2].density;
    };
    // By how wild the picture is as such, 0.12 more would be a tenth of the way.
    CHECK(density_at(96) > density_at(36) + 0.05F);
  }
}

TEST_CASE("Director: a picture that keeps a tempo has its tempo wished for, within the style's range") {
  stream::Timeline timeline;
  show(timeline, 20.0, 0.3F, 0.5F);
  for (double t = 8.0; t < 20.0; t += 0.25) timeline.push(stream::PulseObservation{t, 52.0, 0.8F, t - 0.2});
  stream::Controls controls;
  controls.style = 2;  // ambient, 50 to 88
  Director director(3, std::make_shared<ScoreChoices>());
  CHECK_FALSE(director.wish_tempo(timeline, 20.0, 60.0));
  director.open(timeline, 0.0, 2.0, controls);
  const auto wish = director.wish_tempo(timeline, 20.0, 60.0);
  REQUIRE(wish);
  CHECK(wish->bpm == 52.0);
  CHECK_FALSE(director.wish_tempo(timeline, 10.0, 60.0));  // not yet kept for long
  controls.style = 6;                                      // electronic, 98 to 174
  Director fast(3, std::make_shared<ScoreChoices>());
  fast.open(timeline, 0.0, 2.0, controls);
  CHECK(fast.wish_tempo(timeline, 20.0, 120.0)->bpm == 104.0);
}
