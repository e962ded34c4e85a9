// SPDX-License-Identifier: Apache-2.0
#include "reporter.h"

#include "element_fixture.h"
#include "support/catch.h"

#include <cstdlib>
#include <memory>
#include <string>

using namespace photoplayer;
using namespace photoplayer::test;

namespace {

/// Only its books matter.
struct Books final : stream::Engine {
  stream::Report now;
  std::vector<stream::ReportedBeat> all_beats;
  std::vector<stream::ReportedEvent> all_accents;
  mutable double asked_after_s = 0.0;

  stream::Timeline& timeline() override { return timeline_; }
  void set_controls(const stream::Controls&) override {}
  Result<std::size_t> pull(std::span<float>, std::span<const std::span<float>>) override { return std::size_t{0}; }
  Result<void> start_live(stream::Clock&) override { return {}; }
  void stop_live() override {}
  stream::RenderPort& render_port() override { std::abort(); }
  void reset(double) override {}
  void on_played(std::function<void(const stream::NoteEvent&, double)>) override {}
  bool plays_notes() const override { return true; }
  double latency_s() const override { return 0.0; }
  stream::Report report() const override { std::abort(); }  // too much to copy while sound is made
  stream::Report counts() const override { return now; }
  std::vector<stream::ReportedBeat> beats(double after_s, double until_s) const override {
    asked_after_s = after_s;
    std::vector<stream::ReportedBeat> found;
    for (const stream::ReportedBeat& beat : all_beats)
      if (beat.time_s > after_s && beat.time_s <= until_s) found.push_back(beat);
    return found;
  }
  std::vector<stream::ReportedEvent> accents(double after_s, double until_s) const override {
    std::vector<stream::ReportedEvent> found;
    for (const stream::ReportedEvent& met : all_accents)
      if (met.accent_time_s > after_s && met.accent_time_s <= until_s) found.push_back(met);
    return found;
  }

 private:
  stream::Timeline timeline_;
};

struct Rig {
  GstElement* element;
  std::unique_ptr<Bus> bus;
  Books engine;
  gst::Reporter reporter;
  GstSegment segment{};

  explicit Rig(bool enabled = true) : element(make()), bus(new Bus(element)), reporter(element, enabled) {
    gst_segment_init(&segment, GST_FORMAT_TIME);
  }
  ~Rig() {
    bus.reset();
    gst_object_unref(element);
  }
  static GstElement* make() {
    use_scripted_element();
    return GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("photoplayer", nullptr)));
  }
  void sounded_until(double time_s) {
    reporter.sounded_until({time_s, segment, true, static_cast<std::uint64_t>(time_s * 44100.0)}, engine);
  }
  [[nodiscard]] std::size_t warnings() const { return bus->take(GST_MESSAGE_WARNING).size(); }
};

const GstStructure* body(const std::shared_ptr<GstMessage>& message) {
  return gst_message_get_structure(message.get());
}

}  // namespace

TEST_CASE("Reporter: a rung of the ladder is posted when its count grows", "[gst][unit]") {
  Rig rig;
  rig.sounded_until(0.5);
  CHECK(rig.bus->take(GST_MESSAGE_ELEMENT).empty());
  rig.engine.now.ladder.look_ahead = 2;
  rig.engine.now.ladder.fewer_steps = 5;
  rig.sounded_until(1.0);
  auto posted = rig.bus->take(GST_MESSAGE_ELEMENT);
  REQUIRE(posted.size() == 1);
  CHECK(gst_structure_has_name(body(posted[0]), "photoplayer-ladder"));
  CHECK(std::string(gst_structure_get_string(body(posted[0]), "rung")) == "look-ahead");
  guint64 count = 0;
  CHECK(gst_structure_get_uint64(body(posted[0]), "fewer-steps", &count));
  CHECK(count == 5);
  rig.sounded_until(1.5);
  CHECK(rig.bus->take(GST_MESSAGE_ELEMENT).empty());
  rig.engine.now.ladder.bed = 1;
  rig.sounded_until(2.0);
  posted = rig.bus->take(GST_MESSAGE_ELEMENT);
  REQUIRE(posted.size() == 1);
  CHECK(std::string(gst_structure_get_string(body(posted[0]), "rung")) == "bed");
}

TEST_CASE("Reporter: an accent is told when it sounds, with the event that it meets", "[gst][unit]") {
  Rig rig;
  rig.engine.all_accents = {{{0.9, stream::VisualEventKind::kFlash, 0.75F}, true, 0.95}};
  rig.sounded_until(0.5);
  CHECK(rig.bus->take(GST_MESSAGE_ELEMENT).empty());
  rig.sounded_until(1.0);
  const auto posted = rig.bus->take(GST_MESSAGE_ELEMENT);
  REQUIRE(posted.size() == 1);
  const GstStructure* accent = body(posted[0]);
  CHECK(gst_structure_has_name(accent, "photoplayer-accent"));
  CHECK(std::string(gst_structure_get_string(accent, "kind")) == "flash");
  gdouble time_s = 0.0, event_s = 0.0, strength = 0.0;
  guint64 running = 0;
  CHECK(gst_structure_get(accent, "time", G_TYPE_DOUBLE, &time_s, "event-time", G_TYPE_DOUBLE, &event_s, "strength",
                          G_TYPE_DOUBLE, &strength, "running-time", G_TYPE_UINT64, &running, nullptr));
  CHECK(time_s == 0.95);
  CHECK(event_s == 0.9);
  CHECK(strength == 0.75);
  CHECK(running == 950 * GST_MSECOND);
  rig.sounded_until(1.5);
  CHECK(rig.bus->take(GST_MESSAGE_ELEMENT).empty());
}

TEST_CASE("Reporter: failures are warned of at once, then now and then", "[gst][unit]") {
  Rig rig(false);  // warnings are no messages that anyone can do without
  rig.sounded_until(1.0);
  CHECK(rig.warnings() == 0);
  std::size_t warnings = 0;
  for (int second = 2; second < 32; ++second) {
    ++rig.engine.now.failures;
    rig.sounded_until(second);
    warnings += rig.warnings();
    if (second == 2) CHECK(warnings == 1);
  }
  CHECK(warnings == 3);
  CHECK(rig.bus->take(GST_MESSAGE_ELEMENT).empty());
}

TEST_CASE("Reporter: beats are posted once, with their own numbers, however long the stream", "[gst][unit]") {
  Rig rig;
  rig.engine.all_beats = {{9.0, 150'000, 37'500}, {10.0, 150'001, 37'500}, {10.5, 150'002, 37'500}};
  rig.sounded_until(9.5);
  rig.sounded_until(9.6);  // too soon to look again
  rig.sounded_until(10.5);
  CHECK(rig.engine.asked_after_s == 9.5);
  const auto posted = rig.bus->take(GST_MESSAGE_ELEMENT);
  REQUIRE(posted.size() == 3);
  guint64 beat = 0, bar = 0;
  CHECK(gst_structure_get_uint64(body(posted[2]), "beat", &beat));
  CHECK(gst_structure_get_uint64(body(posted[2]), "bar", &bar));
  CHECK(beat == 150'002);
  CHECK(bar == 37'500);
}
