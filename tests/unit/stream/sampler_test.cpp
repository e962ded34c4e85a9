// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/noise.h>
#include <photoplayer/stream/sampler.h>
#include <photoplayer/stream/window_planner.h>

#include <algorithm>
#include <limits>

#include "support/catch.h"
#include "support/film.h"
#include "support/scripted_model.h"

using namespace photoplayer;
using namespace photoplayer::stream;
using namespace photoplayer::test;

namespace {

struct Rig {
  Timeline timeline;
  Ledger ledger;
  ScriptedGenerator generator;
  ScriptedDecoder decoder;
  Controls controls;
  Sampler sampler;

  explicit Rig(double tempo_bpm = 120.0, SamplerSettings settings = {}, PlannerSettings planner = {})
      : sampler(settings, generator, {&decoder, nullptr},
                std::make_unique<WindowPlanner>(planner, tempo_bpm, Controls{}), ledger) {}

  Hop next() {
    auto sampled = sampler.sample(timeline, timeline.seen_until_s(), controls, {});
    REQUIRE(sampled);
    auto hop = sampler.commit(std::move(*sampled));
    REQUIRE(hop);
    return *hop;
  }
  const SeenRequest& last() const { return generator.requests->back(); }
  std::int64_t last_row() { return sampler.planner().row(); }
};

}  // namespace

TEST_CASE("Sampler: a window sees final context and noise by absolute row", "[stream][unit]") {
  Rig rig;
  for (int i = 0; i < 12; ++i) rig.next();
  const SeenRequest& seen = rig.last();
  CHECK(seen.first == 22 - 16);
  CHECK(seen.context == 16);
  REQUIRE(seen.known.size() == 16 * ScriptedGenerator::kDims);
  for (std::size_t row = 0; row < 16; ++row) {
    CHECK(seen.known[row * ScriptedGenerator::kDims] == static_cast<float>(6 + row));
  }
  std::vector<float> noise(seen.noise.size());
  fill_noise(1, seen.first, ScriptedGenerator::kDims, noise);
  CHECK(noise == seen.noise);
  CHECK(seen.times_s.size() == static_cast<std::size_t>(16 + 2 + 8 + 1));
  CHECK(std::is_sorted(seen.times_s.begin(), seen.times_s.end()));
}

TEST_CASE("Sampler: look-ahead is the next window's warm start", "[stream][unit]") {
  Rig rig;
  rig.next();
  CHECK(rig.last().start == 1.0F);
  CHECK(rig.last().warm.empty());
  rig.next();
  const SeenRequest& seen = rig.last();
  CHECK(seen.start == 0.6F);
  CHECK(seen.warm_rows == 8);
  REQUIRE(seen.warm.size() == 10 * ScriptedGenerator::kDims);
  for (std::size_t row = 0; row < 8; ++row)
    CHECK(seen.warm[row * ScriptedGenerator::kDims] == 2.0F + static_cast<float>(row));
}

TEST_CASE("Sampler: a strong cut and a new style start from pure noise", "[stream][unit]") {
  Rig rig;
  rig.next();
  SECTION("cut") {
    Film film;
    film.cuts = {{1.3, 0.9F}};
    film.show_all(rig.timeline);
    rig.next();
    CHECK(rig.last().hits.size() == 1);
  }
  SECTION("style") {
    rig.controls.style = 3;
    rig.next();
  }
  CHECK(rig.last().start == 1.0F);
  CHECK(rig.last().warm.empty());
  rig.next();
  CHECK(rig.last().start == 0.6F);
}

TEST_CASE("Sampler: a hit moves and stresses its step and adds marked accents on the cut", "[stream][unit]") {
  Rig rig(100.0);
  Film film;
  film.cuts = {{0.06, 1.0F}};
  film.show_all(rig.timeline);
  const Hop hop = rig.next();
  REQUIRE(hop.hits.size() == 1);
  int accents = 0;
  for (const TimedNote& note : hop.notes) {
    if (note.event.accent && note.event.on) {
      ++accents;
      CHECK(note.time_s == 0.06);
      CHECK(note.event.layer == Layer::kDrums);
    }
    if (!note.event.accent && note.event.step == 0 && note.event.on) {
      CHECK(note.time_s == Approx(0.06));
      CHECK(note.event.offset_s == Approx(0.06));
      CHECK(note.event.velocity > 0.6F);
    }
  }
  CHECK(accents == 3);
  CHECK(std::is_sorted(hop.notes.begin(), hop.notes.end(),
                       [](const TimedNote& a, const TimedNote& b) { return a.time_s < b.time_s; }));
}

TEST_CASE("Sampler: a cut right before a seam sounds in time, its notes follow on the grid", "[stream][unit]") {
  Rig rig(60.0);  // one beat a hop, sixteenths of 0.25 s
  Film film;
  film.cuts = {{0.9, 1.0F}};
  film.show_all(rig.timeline);
  const Hop first = rig.next();
  REQUIRE(first.hits.size() == 1);
  CHECK(first.hits[0].step == 4);
  CHECK(std::any_of(first.notes.begin(), first.notes.end(),
                    [](const TimedNote& note) { return note.event.accent && note.time_s == 0.9; }));
  const Hop second = rig.next();
  CHECK(second.hits.empty());
  CHECK(rig.last().hits.size() == 1);  // the generator hears of it
  for (const TimedNote& note : second.notes) {
    CHECK_FALSE(note.event.accent);
    CHECK(note.event.offset_s == 0.0);
    if (note.event.on) CHECK(note.event.velocity > 0.6F);
  }
}

TEST_CASE("Sampler: the end of the piece is marked", "[stream][unit]") {
  PlannerSettings planner;
  planner.film_end_s = 5.0;
  Rig rig(120.0, {}, planner);
  Hop hop;
  while (!rig.sampler.planner().at_end()) hop = rig.next();
  CHECK(hop.ends_piece);
  CHECK(hop.end_s <= 5.0);
  CHECK(rig.last().end_row == hop.first + hop.rows);
}

TEST_CASE("Sampler: a generator that misbehaves is refused with a reason", "[stream][unit]") {
  class Broken final : public LatentGenerator {
   public:
    float value = 0.0F;
    std::size_t missing = 0;
    int dims() const override { return 2; }
    Result<WindowResult> generate(const WindowRequest& r) override {
      WindowResult result;
      result.latents.assign(static_cast<std::size_t>(2 * (r.hop + r.look_ahead)) - missing, value);
      return result;
    }
    void reset() override {}
    Controls decided() const override { return {}; }
  } generator;
  Ledger ledger;
  ScriptedDecoder decoder;
  Timeline timeline;
  Sampler sampler({}, generator, {&decoder, nullptr},
                  std::make_unique<WindowPlanner>(PlannerSettings{}, 120.0, Controls{}), ledger);
  SECTION("too few numbers") {
    generator.missing = 1;
  }
  SECTION("not a number") {
    generator.value = std::numeric_limits<float>::quiet_NaN();
  }
  const auto sampled = sampler.sample(timeline, 0.0, {}, {});
  REQUIRE_FALSE(sampled);
  CHECK(sampled.error().code == ErrorCode::kInternal);
  CHECK_FALSE(sampled.error().message.empty());
}

TEST_CASE("Sampler: after a substitute the next window continues from what was heard", "[stream][unit]") {
  Rig rig;
  rig.next();
  rig.next();  // rows 0 to 3, look-ahead 4 to 11
  rig.sampler.substituted(2, HopSource::kLookAhead);
  Hop hop = rig.next();
  CHECK(hop.first == 6);
  CHECK_FALSE(hop.releases_before);
  CHECK(rig.last().known[5 * ScriptedGenerator::kDims] == 5.0F);  // the provisional row 5 became final
  rig.sampler.substituted(2, HopSource::kBed);
  hop = rig.next();
  CHECK(hop.first == 10);
  CHECK(hop.releases_before);
  CHECK(hop.start_s == Approx(5.0));
}

TEST_CASE("Sampler: the generator's wish for a tempo comes true at the next half phrase, unless the user leads",
          "[stream][unit]") {
  Rig rig;
  rig.generator.wish = TempoWish{90.0, 0.0, false};
  SECTION("tempo left free") {
    while (rig.last_row() < kBeatsPerHalf) {
      rig.next();
      if (rig.last_row() <= kBeatsPerHalf) CHECK(rig.last().tempo_bpm == 120.0);
    }
    rig.next();
    CHECK(rig.last().tempo_bpm == Approx(90.0).epsilon(0.0201));
  }
  SECTION("tempo asked for") {
    rig.controls.tempo_bpm = 120.0;
    while (rig.last_row() < 80) rig.next();
    CHECK(rig.last().tempo_bpm == 120.0);
  }
  SECTION("the picture does not lead") {
    rig.controls.follow = 0.0F;
    while (rig.last_row() < 80) rig.next();
    CHECK(rig.last().tempo_bpm == 120.0);
  }
}
