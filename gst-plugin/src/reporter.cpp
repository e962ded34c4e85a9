// SPDX-License-Identifier: Apache-2.0
#include "reporter.h"

#include "debug.h"

#include <photoplayer/stream/controls.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace photoplayer::gst {
namespace {

/// The engine's books are behind a lock; beats come at most three a second.
constexpr double kLook_s = 0.2;
/// A model that fails on every hop is worth a warning, not one a second.
constexpr double kWarn_s = 10.0;

struct Rung {
  const char* name;
  std::uint64_t stream::LadderCounts::*count;
};
/// From harmless to silent.
constexpr Rung kRungs[] = {{"fewer-steps", &stream::LadderCounts::fewer_steps},
                           {"no-guidance", &stream::LadderCounts::no_guidance},
                           {"look-ahead", &stream::LadderCounts::look_ahead},
                           {"repeat-bar", &stream::LadderCounts::repeat_bar},
                           {"bed", &stream::LadderCounts::bed}};

GstClockTime to_ns(double seconds) {
  return static_cast<GstClockTime>(std::llround(std::max(0.0, seconds) * 1e9));
}

}  // namespace

void Reporter::state(const char* state, bool live, const stream::Engine* engine, std::uint64_t seed) const {
  if (!enabled_.load()) return;
  GstStructure* body =
      gst_structure_new("photoplayer-state", "state", G_TYPE_STRING, state, "live", G_TYPE_BOOLEAN, live ? TRUE : FALSE,
                        "seed", G_TYPE_UINT64, static_cast<guint64>(seed), nullptr);
  if (engine != nullptr) {
    const stream::Report report = engine->counts();
    gst_structure_set(body, "latency", G_TYPE_UINT64, live ? to_ns(engine->latency_s()) : GstClockTime{0}, "tempo",
                      G_TYPE_DOUBLE, report.tempo_bpm, "windows", G_TYPE_UINT64, static_cast<guint64>(report.windows),
                      "underruns", G_TYPE_UINT64, static_cast<guint64>(report.underrun_events), nullptr);
    const auto& style = report.decided.style;
    if (style && *style >= 0 && *style < stream::kStyles) {
      gst_structure_set(body, "style", G_TYPE_STRING, stream::kStyleNames[static_cast<std::size_t>(*style)], nullptr);
    }
    if (report.decided.key) gst_structure_set(body, "key", G_TYPE_INT, *report.decided.key, nullptr);
  }
  gst_element_post_message(element_, gst_message_new_element(GST_OBJECT(element_), body));
}

void Reporter::post_beat(const stream::ReportedBeat& beat, double tempo_bpm, const GstSegment& segment) const {
  const GstClockTime running = to_ns(beat.time_s);
  const GstClockTime position = gst_segment_position_from_running_time(&segment, GST_FORMAT_TIME, running);
  GstStructure* body =
      gst_structure_new("photoplayer-beat", "time", G_TYPE_DOUBLE, beat.time_s, "running-time", G_TYPE_UINT64, running,
                        "stream-time", G_TYPE_UINT64, gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, position),
                        "beat", G_TYPE_UINT64, static_cast<guint64>(beat.number), "bar", G_TYPE_UINT64,
                        static_cast<guint64>(beat.bar), "tempo", G_TYPE_DOUBLE, tempo_bpm, nullptr);
  gst_element_post_message(element_, gst_message_new_element(GST_OBJECT(element_), body));
}

void Reporter::post_ladder(double time_s, const stream::LadderCounts& counts) const {
  GstStructure* body = gst_structure_new("photoplayer-ladder", "time", G_TYPE_DOUBLE, time_s, nullptr);
  const char* worst = nullptr;
  for (const Rung& rung : kRungs) {
    const std::uint64_t count = counts.*rung.count;
    if (count > told_.ladder.*rung.count) worst = rung.name;
    gst_structure_set(body, rung.name, G_TYPE_UINT64, static_cast<guint64>(count), nullptr);
  }
  if (worst == nullptr) {
    gst_structure_free(body);
    return;
  }
  gst_structure_set(body, "rung", G_TYPE_STRING, worst, nullptr);
  gst_element_post_message(element_, gst_message_new_element(GST_OBJECT(element_), body));
}

void Reporter::warn_of_failures(double time_s, const stream::Report& counts) {
  if (counts.failures == told_.failures || time_s < told_.next_warning_s) return;
  told_.failures = counts.failures;
  told_.next_warning_s = time_s + kWarn_s;
  GST_ELEMENT_WARNING(
      element_, LIBRARY, FAILED, ("%s", counts.last_failure.c_str()),
      ("So far the music could not be made %" G_GUINT64_FORMAT " times; repeats or silence stood in for it.",
       static_cast<guint64>(counts.failures)));
}

void Reporter::sounded_until(double time_s, const stream::Engine& engine, const GstSegment& segment) {
  if (time_s < told_.next_look_s) return;
  told_.next_look_s = time_s + kLook_s;
  const stream::Report counts = engine.counts();
  warn_of_failures(time_s, counts);
  if (enabled_.load()) {
    post_ladder(time_s, counts.ladder);
    for (const stream::ReportedBeat& beat : engine.beats(told_.until_s, time_s))
      post_beat(beat, counts.tempo_bpm, segment);
  }
  told_.ladder = counts.ladder;
  told_.until_s = time_s;
}

void Reporter::post_error(GstElement* element, const Error& error, const std::string& bundle) {
  const char* text = error.message.c_str();
  switch (error.code) {
    case ErrorCode::kBadBundle:
      if (bundle.empty() || !g_file_test(bundle.c_str(), G_FILE_TEST_EXISTS)) {
        GST_ELEMENT_ERROR(element, RESOURCE, NOT_FOUND, ("%s", text),
                          ("Set the property 'bundle' to a model bundle, or install the one that Photoplayer ships."));
      } else {
        GST_ELEMENT_ERROR(element, RESOURCE, READ, ("%s", text),
                          ("'photoplayer inspect' says what is wrong with a bundle."));
      }
      return;
    case ErrorCode::kOutput:
      GST_ELEMENT_ERROR(element, RESOURCE, OPEN_READ, ("%s", text), ("On Debian: apt-get install fluid-soundfont-gm"));
      return;
    case ErrorCode::kUsage:
      GST_ELEMENT_ERROR(element, LIBRARY, SETTINGS, ("%s", text), ("A property is out of range."));
      return;
    case ErrorCode::kBadInput:
      GST_ELEMENT_ERROR(element, STREAM, DECODE, ("%s", text), (nullptr));
      return;
    case ErrorCode::kInternal:
    case ErrorCode::kCancelled:
      GST_ELEMENT_ERROR(element, LIBRARY, FAILED, ("%s", text), (nullptr));
      return;
  }
}

}  // namespace photoplayer::gst
