// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/conductor.h>

#include <cmath>

#include "support/catch.h"
#include "support/film.h"
#include "support/scripted_model.h"

using namespace photoplayer;
using namespace photoplayer::stream;
using namespace photoplayer::test;

namespace {

struct Rig {
  Ledger ledger;
  Timeline timeline;
  Controls controls;
  ClickSynthesiser synthesiser;
  Conductor conductor{synthesiser, ledger, 0.0};

  std::vector<float> play(std::size_t frames) {
    std::vector<float> out(2 * frames);
    while (conductor.ready_frames() < frames) conductor.tick(timeline, controls);
    CHECK(conductor.read(out, {}) == frames);
    return out;
  }
};

TimedNote note(double time_s, bool on = true, std::uint8_t pitch = 60) {
  NoteEvent event;
  event.on = on;
  event.pitch = pitch;
  return {time_s, event};
}

Hop hop(double start_s, double end_s, std::vector<TimedNote> notes) {
  Hop result;
  result.rows = 1;
  result.start_s = start_s;
  result.end_s = end_s;
  result.beats_s = {start_s};
  result.notes = std::move(notes);
  return result;
}

}  // namespace

TEST_CASE("Conductor: a note sounds on its very sample, the limiter's delay taken back", "[stream][unit]") {
  Rig rig;
  rig.conductor.schedule(hop(0.0, 1.0, {note(0.1234), note(0.5)}));
  const std::vector<float> out = rig.play(44100);
  std::vector<std::size_t> clicks;
  for (std::size_t i = 0; i < 44100; ++i) {
    if (out[2 * i] > 0.05F) clicks.push_back(i);
  }
  CHECK(clicks == std::vector<std::size_t>{5442, 22050});
}

TEST_CASE("Conductor: a late note sounds at once", "[stream][unit]") {
  Rig rig;
  rig.play(4410);
  rig.conductor.schedule(hop(0.0, 1.0, {note(0.01)}));
  rig.play(4410);
  REQUIRE(rig.synthesiser.log->played.size() == 1);
  CHECK(rig.synthesiser.log->played[0].frame >= 4410);
  CHECK(rig.synthesiser.log->played[0].frame <= 4410 + 882);
}

TEST_CASE("Conductor: a note that sounds is ended before it begins again, a silent one is not ended",
          "[stream][unit]") {
  Rig rig;
  rig.conductor.schedule(hop(0.0, 1.0, {note(0.05, false), note(0.1), note(0.2), note(0.3, false)}));
  rig.play(44100);
  std::vector<bool> on;
  for (const PlayedEvent& played : rig.synthesiser.log->played) on.push_back(played.event.on);
  CHECK(on == std::vector<bool>{true, false, true, false});
}

TEST_CASE("Conductor: at the end of the piece and of the film every note is released", "[stream][unit]") {
  Rig rig;
  std::vector<std::pair<bool, double>> heard;
  rig.conductor.on_played([&heard](const NoteEvent& event, double time_s) { heard.emplace_back(event.on, time_s); });
  SECTION("piece") {
    Hop last = hop(0.0, 0.5, {note(0.1), note(0.2, true, 64)});
    last.ends_piece = true;
    rig.conductor.schedule(last);
    rig.conductor.no_more_hops();
    rig.play(30000);
    REQUIRE(heard.size() == 4);
    CHECK_FALSE(heard[3].first);
    CHECK(heard[3].second == Approx(0.5));
  }
  SECTION("film") {
    rig.conductor.schedule(hop(0.0, 1.0, {note(0.1), note(0.9)}));
    rig.conductor.end_at(0.5);
    rig.play(22050);
    CHECK(rig.conductor.finished());
    REQUIRE(heard.size() == 2);
    CHECK_FALSE(heard[1].first);
    CHECK(heard[1].second == Approx(0.5));
    CHECK(rig.synthesiser.log->silenced == 1);
  }
}

TEST_CASE("Conductor: sound fades in and out", "[stream][unit]") {
  class Constant final : public Synthesiser {
   public:
    void apply(const NoteEvent&) override {}
    void express(const Expression&) override {}
    void render(std::span<float> out, std::span<const std::span<float>>) override {
      std::fill(out.begin(), out.end(), 0.5F);
    }
    void all_notes_off() override {}
  } constant;
  Ledger ledger;
  Timeline timeline;
  Conductor conductor(constant, ledger, 0.0);
  conductor.no_more_hops();
  conductor.end_at(0.5);
  for (int i = 0; i < 60; ++i) conductor.tick(timeline, {});
  std::vector<float> out(2 * 44100, 9.0F);
  REQUIRE(conductor.read(out, {}) == 22050);
  CHECK(out[0] == 0.0F);
  CHECK(out[2 * 1000] == 0.5F);
  CHECK(out[2 * 22049] == 0.0F);
  CHECK(out[2 * (22050 - 441)] == Approx(0.25F).margin(0.01));
  float largest = 0.0F;
  for (std::size_t i = 1; i < 22050; ++i) largest = std::max(largest, std::abs(out[2 * i] - out[2 * i - 2]));
  CHECK(largest < 0.01F);
}

TEST_CASE("Conductor: loudness follows motion, dips before a hit and swells on it", "[stream][unit]") {
  Rig rig;
  Film film;
  SECTION("motion") {
    film.motion = 0.9F;
    film.show_all(rig.timeline);
    rig.play(44100);
    const float busy = rig.synthesiser.log->expressions.back().second.intensity;
    Rig calm;
    Film still;
    still.motion = 0.0F;
    still.show_all(calm.timeline);
    calm.play(44100);
    CHECK(calm.synthesiser.log->expressions.back().second.intensity < busy - 0.2F);
    Rig asked;
    asked.controls.intensity = 0.1F;
    Film wild;
    wild.motion = 0.9F;
    wild.show_all(asked.timeline);
    asked.play(44100);
    CHECK(asked.synthesiser.log->expressions.back().second.intensity < 0.3F);
    CHECK(asked.synthesiser.log->expressions.back().second.asked == Approx(0.1F - 0.55F));
    CHECK(calm.synthesiser.log->expressions.back().second.asked == 0.0F);
  }
  SECTION("hit") {
    Hop hop_with_hit = hop(0.0, 2.0, {});
    hop_with_hit.hits = {{4, 0.505, 0.0, 1.0F}};
    rig.conductor.schedule(hop_with_hit);
    rig.play(44100);
    const auto& expressions = rig.synthesiser.log->expressions;
    const float plain = expressions[20].second.intensity;
    CHECK(expressions[45].second.intensity < 0.8F * plain);
    CHECK(expressions[50].second.intensity > plain);
    CHECK(expressions[90].second.intensity == Approx(plain));
  }
}

TEST_CASE("Conductor: a lively scene is louder than the calm one before it, by `follow`", "[stream][unit]") {
  const auto intensities = [](float follow, bool sees_ahead) {
    Rig rig;
    Conductor conductor(rig.synthesiser, rig.ledger, 0.0, sees_ahead);
    conductor.schedule(hop(0.0, 40.0, {}));
    for (double time_s = 0.0; time_s < 40.0; time_s += 0.04) {
      FastObservation frame;
      frame.time_s = time_s;
      frame.brightness = 0.5F;
      frame.motion = time_s < 20.0 ? 0.05F : 0.2F;
      rig.timeline.push(frame);
    }
    rig.timeline.advance(40.0);
    rig.controls.follow = follow;
    for (int tick = 0; tick < 3000; ++tick) conductor.tick(rig.timeline, rig.controls);
    return rig.synthesiser.log->expressions;
  };
  const auto late = intensities(1.0F, false), on_time = intensities(1.0F, true);
  CHECK(late[2600].second.intensity > late[1900].second.intensity + 0.35F);
  CHECK(late[2600].second.led - late[1900].second.led ==
        Approx(late[2600].second.intensity - late[1900].second.intensity));
  // Where the picture is known, the music is on its way when the picture changes, else only then begins.
  const float middle = 0.5F * (late[1900].second.intensity + late[2600].second.intensity);
  CHECK(on_time[2000].second.intensity > late[2000].second.intensity + 0.08F);
  CHECK(on_time[2060].second.intensity > middle);
  CHECK(on_time[1900].second.intensity == Approx(late[1900].second.intensity).margin(0.03));
  CHECK(late[2040].second.intensity < middle);
  CHECK(late[2200].second.intensity > middle);
  // No jump: never more than 0.2 dB in 10 ms, at 12 dB for the whole range.
  for (std::size_t i = 1; i < late.size(); ++i) {
    REQUIRE(std::abs(late[i].second.intensity - late[i - 1].second.intensity) < 0.2F / 12.0F);
  }
  const auto indifferent = intensities(0.0F, true);
  CHECK(indifferent[2600].second.intensity == indifferent[1900].second.intensity);
  CHECK(indifferent[2600].second.led == 0.0F);
}
