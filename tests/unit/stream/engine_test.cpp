// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/engine.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/catch.h"
#include "support/film.h"
#include "support/scripted_model.h"

using namespace photoplayer;
using namespace photoplayer::stream;
using namespace photoplayer::test;

namespace {

struct Rig {
  std::shared_ptr<std::vector<SeenRequest>> requests;
  std::shared_ptr<SynthesiserLog> log;
  std::unique_ptr<Engine> engine;

  template <typename Instrument = ClickSynthesiser>
  static Rig make(EngineSettings settings = {}, float gain = 0.1F) {
    Rig rig;
    auto generator = std::make_unique<ScriptedGenerator>();
    auto instrument = std::make_unique<Instrument>();
    instrument->gain = gain;
    rig.requests = generator->requests;
    if constexpr (std::is_same_v<Instrument, ClickSynthesiser>) rig.log = instrument->log;
    auto engine =
        Engine::make(settings, {std::move(generator), std::make_unique<ScriptedDecoder>(), std::move(instrument)});
    REQUIRE(engine);
    rig.engine = std::move(*engine);
    return rig;
  }

  std::size_t pull(std::vector<float>& into, std::size_t frames) {
    std::vector<float> block(2 * frames);
    const auto got = engine->pull(block, {});
    REQUIRE(got);
    into.insert(into.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(2 * *got));
    return *got;
  }
  std::vector<float> pull_all() {
    std::vector<float> all;
    while (pull(all, 4096) > 0) {
    }
    return all;
  }
};

EngineSettings settings_at(double tempo_bpm) {
  EngineSettings settings;
  settings.controls.tempo_bpm = tempo_bpm;
  return settings;
}

}  // namespace

TEST_CASE("Engine: a film's music is exactly as long as the film", "[stream][unit]") {
  for (const double length_s : {0.04, 0.5, 3.0, 10.01}) {
    for (const bool known : {false, true}) {
      for (const Mode mode : {Mode::kAligned, Mode::kInstant}) {
        EngineSettings settings = settings_at(100.0);
        if (known) settings.duration_s = length_s;
        settings.mode = mode;
        Rig rig = Rig::make(settings);
        Film film;
        film.length_s = length_s;
        film.show_all(rig.engine->timeline());
        const std::vector<float> all = rig.pull_all();
        CHECK(all.size() / 2 == static_cast<std::size_t>(std::llround(length_s * 44100.0)));
        CHECK(std::all_of(all.begin(), all.end(), [](float v) { return std::isfinite(v) && std::abs(v) < 0.9F; }));
        CHECK(all[all.size() - 1] == 0.0F);
      }
    }
  }
}

TEST_CASE("Engine: the samples do not depend on how many are asked for, or on how fast the film comes",
          "[stream][unit]") {
  EngineSettings settings;
  settings.duration_s = 8.0;
  Film film;
  film.length_s = 8.0;
  film.cuts = {{0.7, 0.9F}, {2.31, 0.7F}, {3.02, 1.0F}, {5.5, 0.4F}};
  Rig reference = Rig::make<SineSynthesiser>(settings);
  Film(film).show_all(reference.engine->timeline());
  const std::vector<float> whole = reference.pull_all();
  REQUIRE(whole.size() == 2 * 8 * 44100);

  Rig chunked = Rig::make<SineSynthesiser>(settings);
  Film slow = film;
  std::vector<float> parts;
  std::size_t size = 1;
  for (double shown_s = 0.0; shown_s <= 8.2; shown_s += 0.13) {
    slow.show(chunked.engine->timeline(), shown_s);
    while (chunked.pull(parts, size) == size) size = size * 7 % 2311 + 1;
  }
  CHECK(parts == whole);
}

TEST_CASE("Engine: same seed same music, another seed other noise", "[stream][unit]") {
  std::vector<std::vector<float>> noises;
  for (const std::uint64_t seed : {1U, 1U, 2U}) {
    EngineSettings settings = settings_at(120.0);
    settings.seed = seed;
    Rig rig = Rig::make(settings);
    Film film;
    film.length_s = 4.0;
    film.show_all(rig.engine->timeline());
    rig.pull_all();
    noises.push_back(rig.requests->back().noise);
  }
  CHECK(noises[0] == noises[1]);
  CHECK(noises[0] != noises[2]);
}

TEST_CASE("Engine: aligned music waits for its picture and no longer", "[stream][unit]") {
  Rig rig = Rig::make(settings_at(120.0));  // hops of 1 s
  Film film;
  std::vector<float> all;
  CHECK(rig.pull(all, 100) == 0);
  film.show(rig.engine->timeline(), 1.2);
  CHECK(rig.pull(all, 100) == 0);
  film.show(rig.engine->timeline(), 1.5);  // longest first hop and analysis
  CHECK(rig.pull(all, 44100) > 43000);
  CHECK(rig.pull(all, 44100) == 0);
  for (const SeenRequest& request : *rig.requests) CHECK(request.seen_until_s <= 1.5);
}

TEST_CASE("Engine: instant music does not wait, and knows only what it could have seen", "[stream][unit]") {
  EngineSettings settings = settings_at(120.0);
  settings.mode = Mode::kInstant;
  Rig rig = Rig::make(settings);
  std::vector<float> all;
  CHECK(rig.pull(all, 44100) == 44100);
  Film film;
  film.show_all(rig.engine->timeline());
  rig.pull(all, 44100 * 3);
  CHECK(rig.requests->back().seen_until_s < rig.requests->back().times_s.back() - 1.0);
}

TEST_CASE("Engine: an accent lands on the cut, in the sound", "[stream][unit]") {
  EngineSettings settings = settings_at(100.0);
  Rig rig = Rig::make(settings, 0.2F);
  Film film;
  film.length_s = 20.0;
  for (double cut = 0.8; cut < 19.0; cut += 1.7) film.cuts.emplace_back(cut, 1.0F);
  film.show_all(rig.engine->timeline());
  const std::vector<float> all = rig.pull_all();
  for (const auto& [time_s, strength] : film.cuts) {
    const auto at = static_cast<std::size_t>(std::llround(time_s * 44100.0));
    CHECK(all[2 * at] > 0.35F);  // three drums at once
    CHECK(all[2 * (at - 40)] < 0.2F);
  }
  const Report report = rig.engine->report();
  REQUIRE(report.events.size() == film.cuts.size());
  for (const ReportedEvent& event : report.events) {
    CHECK(event.taken);
    CHECK(event.accent_time_s == Approx(event.event.time_s));
  }
}

TEST_CASE("Engine: there is no click at seams", "[stream][unit]") {
  EngineSettings settings;
  settings.duration_s = 30.0;
  Rig rig = Rig::make<SineSynthesiser>(settings);
  Film film;
  film.length_s = 30.0;
  film.cuts = {{4.4, 0.9F}, {11.2, 0.8F}};
  film.show_all(rig.engine->timeline());
  const std::vector<float> all = rig.pull_all();
  std::vector<float> second(all.size() / 2, 0.0F);
  for (std::size_t i = 2; i < second.size(); ++i) {
    second[i] = std::abs(all[2 * i] - 2.0F * all[2 * i - 2] + all[2 * i - 4]);
  }
  std::vector<float> sorted = second;
  std::sort(sorted.begin(), sorted.end());
  const float limit = sorted[static_cast<std::size_t>(0.999 * static_cast<double>(sorted.size()))];
  const Report report = rig.engine->report();
  CHECK(report.seams_s.size() + 1 == report.windows);
  for (const double seam_s : report.seams_s) {
    const auto at = static_cast<std::size_t>(std::llround(seam_s * 44100.0));
    if (at + 3 >= second.size()) continue;
    // Onsets fall on seams; the sine's own onset has a corner, so compare with all onsets' corners.
    CHECK(*std::max_element(second.begin() + static_cast<std::ptrdiff_t>(at) - 2,
                            second.begin() + static_cast<std::ptrdiff_t>(at) + 3) <= 1.5F * limit);
  }
}

TEST_CASE("Engine: the report says what was played", "[stream][unit]") {
  EngineSettings settings = settings_at(120.0);
  settings.duration_s = 20.0;
  Rig rig = Rig::make(settings);
  std::vector<double> on_s;
  int on = 0, off = 0;
  rig.engine->on_played([&](const NoteEvent& event, double time_s) {
    event.on ? ++on : ++off;
    on_s.push_back(time_s);
  });
  Film film;
  film.length_s = 20.0;
  film.show_all(rig.engine->timeline());
  rig.pull_all();
  const Report report = rig.engine->report();
  CHECK(on == off);
  CHECK(std::is_sorted(on_s.begin(), on_s.end()));
  CHECK(report.tempo_bpm == Approx(120.0).epsilon(0.031));
  CHECK(report.beat_source == "score");
  CHECK(report.notes == report.beats_s.size());
  CHECK(report.bars_s.size() == (report.beats_s.size() + 3) / 4);
  CHECK(report.underrun_frames == 0);
  REQUIRE(report.stages.size() == 4);
  CHECK(report.stages[1].name == "sample");
  CHECK(report.stages[1].count == report.windows);
  // The cadence lies inside the film.
  CHECK(rig.requests->back().end_row == static_cast<std::int64_t>(report.beats_s.size()));
  CHECK(report.beats_s.back() < 20.0);
  for (const PlayedEvent& played : rig.log->played) CHECK(played.frame <= 20 * 44100);
}

TEST_CASE("Engine: a film that ends early still has an end, one that goes on has music", "[stream][unit]") {
  EngineSettings settings = settings_at(120.0);
  settings.duration_s = 10.0;
  Rig rig = Rig::make(settings);
  Film film;
  SECTION("early") {
    film.length_s = 6.0;
    film.show_all(rig.engine->timeline());
    CHECK(rig.pull_all().size() / 2 == 6 * 44100);
    CHECK(rig.requests->back().end_row > 0);
    CHECK(rig.requests->back().end_row <= 13);
  }
  SECTION("late") {
    film.length_s = 20.0;
    film.show_all(rig.engine->timeline());
    CHECK(rig.pull_all().size() / 2 == 20 * 44100);
    CHECK(rig.engine->report().beats_s.back() > 17.0);
  }
}

TEST_CASE("Engine: stems add up to the mix, in step", "[stream][unit]") {
  Rig rig = Rig::make<SineSynthesiser>(settings_at(120.0), 0.6F);  // loud enough for the limiter to work
  Film film;
  film.length_s = 4.0;
  film.show_all(rig.engine->timeline());
  constexpr std::size_t kFrames = 1000;
  std::vector<float> mix(2 * kFrames);
  std::array<std::vector<float>, kLayers> stems;
  std::array<std::span<float>, kLayers> views;
  for (std::size_t i = 0; i < stems.size(); ++i) {
    stems[i].resize(2 * kFrames);
    views[i] = stems[i];
  }
  std::size_t total = 0;
  float worst = 0.0F, loudest = 0.0F;
  while (true) {
    const auto got = rig.engine->pull(mix, views);
    REQUIRE(got);
    if (*got == 0) break;
    total += *got;
    for (std::size_t i = 0; i < 2 * *got; ++i) {
      float sum = 0.0F;
      for (const auto& stem : stems) sum += stem[i];
      worst = std::max(worst, std::abs(sum - mix[i]));
      loudest = std::max(loudest, std::abs(mix[i]));
    }
  }
  CHECK(total == 4 * 44100);
  CHECK(worst < 1e-5F);
  CHECK(loudest < 0.8914F);
  CHECK(loudest > 0.7F);
  CHECK_FALSE(rig.engine->pull(mix, std::span(views).first(2)));
}

TEST_CASE("Engine: after a reset nothing old sounds", "[stream][unit]") {
  EngineSettings settings = settings_at(120.0);
  Rig rig = Rig::make<SineSynthesiser>(settings);
  Film before, after;
  before.motion = 0.9F;
  before.show_all(rig.engine->timeline());
  std::vector<float> old;
  rig.pull(old, 60000);
  rig.engine->reset(100.0);
  after.origin_s = 100.0;
  after.length_s = 3.0;
  std::vector<float> none;
  CHECK(rig.pull(none, 100) == 0);
  std::vector<double> times_s;
  rig.engine->on_played([&times_s](const NoteEvent&, double time_s) { times_s.push_back(time_s); });
  after.show_all(rig.engine->timeline());
  const std::vector<float> all = rig.pull_all();

  EngineSettings fresh_settings = settings;
  fresh_settings.origin_s = 100.0;
  Rig fresh = Rig::make<SineSynthesiser>(fresh_settings);
  Film again = Film::between(100.0, 103.0);
  again.show_all(fresh.engine->timeline());
  CHECK(all.size() / 2 == 3 * 44100);
  CHECK(all.size() == fresh.pull_all().size());
  for (const double time_s : times_s) CHECK(time_s >= 100.0);
  CHECK(rig.engine->report().beats_s.front() == 100.0);
}

TEST_CASE("Engine: latency is promised below 1.9 s at every tempo", "[stream][unit]") {
  for (int tempo = 50; tempo <= 180; ++tempo) {
    Rig rig = Rig::make(settings_at(tempo));
    CHECK(rig.engine->latency_s() <= 1.9);
    CHECK(rig.engine->latency_s() >= 60.0 / tempo + 0.61);
  }
  EngineSettings instant;
  instant.mode = Mode::kInstant;
  CHECK(Rig::make(instant).engine->latency_s() == instant.jitter_s);
}

TEST_CASE("Engine: settings out of range and missing parts are refused", "[stream][unit]") {
  const auto refused = [](const EngineSettings& settings) {
    const auto engine =
        Engine::make(settings, {std::make_unique<ScriptedGenerator>(), std::make_unique<ScriptedDecoder>(),
                                std::make_unique<ClickSynthesiser>()});
    return !engine && engine.error().code == ErrorCode::kUsage;
  };
  EngineSettings settings;
  SECTION("steps") {
    settings.steps = 0;
  }
  SECTION("tempo") {
    settings.controls.tempo_bpm = 300.0;
  }
  SECTION("sample rate") {
    settings.sample_rate_hz = 48000.0;
  }
  SECTION("guidance") {
    settings.guidance = std::numeric_limits<float>::quiet_NaN();
  }
  SECTION("duration") {
    settings.duration_s = -1.0;
  }
  SECTION("style") {
    settings.controls.style = 8;
  }
  CHECK(refused(settings));
  CHECK_FALSE(Engine::make({}, {}));
}

TEST_CASE("Engine: a failing generator is reported, not hidden", "[stream][unit]") {
  auto generator = std::make_unique<ScriptedGenerator>();
  generator->fails = [](int call) { return call == 1; };
  auto engine = Engine::make(settings_at(120.0), {std::move(generator), std::make_unique<ScriptedDecoder>(),
                                                  std::make_unique<ClickSynthesiser>()});
  REQUIRE(engine);
  Film film;
  film.show_all((*engine)->timeline());
  std::vector<float> out(2 * 44100 * 3);
  const auto got = (*engine)->pull(out, {});
  REQUIRE_FALSE(got);
  CHECK(got.error().message == "scripted failure");
}
