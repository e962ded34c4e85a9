// SPDX-License-Identifier: Apache-2.0
#include "reporter.h"

#include "debug.h"
#include "settings.h"

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
  int quality;  ///< what is left of it, of a million, in the QOS message
};
/// From harmless to silent.
constexpr Rung kRungs[] = {{"fewer-steps", &stream::LadderCounts::fewer_steps, 900'000},
                           {"no-guidance", &stream::LadderCounts::no_guidance, 800'000},
                           {"look-ahead", &stream::LadderCounts::look_ahead, 600'000},
                           {"repeat-bar", &stream::LadderCounts::repeat_bar, 400'000},
                           {"bed", &stream::LadderCounts::bed, 200'000}};

const Rung* worst_new_rung(const stream::LadderCounts& now, const stream::LadderCounts& told) {
  const Rung* worst = nullptr;
  for (const Rung& rung : kRungs)
    if (now.*rung.count > told.*rung.count) worst = &rung;
  return worst;
}

GstClockTime to_ns(double seconds) {
  return static_cast<GstClockTime>(std::llround(std::max(0.0, seconds) * 1e9));
}

/// A running time in a segment's terms.
struct Place {
  GstClockTime running, timestamp, stream_time;
  Place(double running_s, const GstSegment& segment)
      : running(to_ns(running_s)),
        timestamp(gst_segment_position_from_running_time(&segment, GST_FORMAT_TIME, running)),
        // A segment may know no stream time, and GStreamer complains if asked.
        stream_time(GST_CLOCK_TIME_IS_VALID(segment.time)
                        ? gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, timestamp)
                        : GST_CLOCK_TIME_NONE) {}
};

/// The fields that element messages have in common, as those of `level`.
void set_place(GstStructure* body, const Place& place, GstClockTime duration) {
  gst_structure_set(body, "timestamp", G_TYPE_UINT64, place.timestamp, "stream-time", G_TYPE_UINT64, place.stream_time,
                    "running-time", G_TYPE_UINT64, place.running, "duration", G_TYPE_UINT64, duration, nullptr);
}

}  // namespace

GstClockTime Reporter::since_then(double until_s) const {
  if (told_.until_s == std::numeric_limits<double>::lowest()) return GST_CLOCK_TIME_NONE;
  return to_ns(until_s - told_.until_s);
}

void Reporter::reset(const stream::Engine& engine) {
  told_ = {};
  told_.underrun_frames = engine.counts().underrun_frames;
}

void Reporter::state(const char* state, const Sounded& sounded, const stream::Engine& engine,
                     std::uint64_t seed) const {
  if (!enabled_.load()) return;
  GstStructure* body =
      gst_structure_new("photoplayer-state", "state", G_TYPE_STRING, state, "live", G_TYPE_BOOLEAN,
                        sounded.live ? TRUE : FALSE, "seed", G_TYPE_UINT64, static_cast<guint64>(seed), nullptr);
  set_place(body, Place(sounded.until_s, sounded.segment), gst_util_uint64_scale(sounded.frames, GST_SECOND, kRate_hz));
  const stream::Report report = engine.counts();
  gst_structure_set(body, "latency", G_TYPE_UINT64, sounded.live ? to_ns(engine.latency_s()) : GstClockTime{0}, "tempo",
                    G_TYPE_DOUBLE, report.tempo_bpm, "windows", G_TYPE_UINT64, static_cast<guint64>(report.windows),
                    "underruns", G_TYPE_UINT64, static_cast<guint64>(report.underrun_events), nullptr);
  const auto& style = report.decided.style;
  if (style && *style >= 0 && *style < stream::kStyles) {
    gst_structure_set(body, "style", G_TYPE_STRING, stream::kStyleNames[static_cast<std::size_t>(*style)], nullptr);
  }
  if (report.decided.key) gst_structure_set(body, "key", G_TYPE_INT, *report.decided.key, nullptr);
  gst_element_post_message(element_, gst_message_new_element(GST_OBJECT(element_), body));
}

void Reporter::post_beat(const stream::ReportedBeat& beat, double tempo_bpm, const GstSegment& segment) const {
  GstStructure* body = gst_structure_new("photoplayer-beat", "time", G_TYPE_DOUBLE, beat.time_s, "beat", G_TYPE_UINT64,
                                         static_cast<guint64>(beat.number), "bar", G_TYPE_UINT64,
                                         static_cast<guint64>(beat.bar), "tempo", G_TYPE_DOUBLE, tempo_bpm, nullptr);
  set_place(body, Place(beat.time_s, segment), tempo_bpm > 0.0 ? to_ns(60.0 / tempo_bpm) : GST_CLOCK_TIME_NONE);
  gst_element_post_message(element_, gst_message_new_element(GST_OBJECT(element_), body));
}

void Reporter::post_accent(const stream::ReportedEvent& met, const GstSegment& segment) const {
  const stream::VisualEvent& event = met.event;
  GstStructure* body =
      gst_structure_new("photoplayer-accent", "time", G_TYPE_DOUBLE, met.accent_time_s, "event-time", G_TYPE_DOUBLE,
                        event.time_s, "kind", G_TYPE_STRING, stream::kind_name(event.kind), "strength", G_TYPE_DOUBLE,
                        static_cast<double>(event.strength), nullptr);
  set_place(body, Place(met.accent_time_s, segment), GST_CLOCK_TIME_NONE);
  gst_element_post_message(element_, gst_message_new_element(GST_OBJECT(element_), body));
}

void Reporter::post_ladder(const char* rung, const Sounded& sounded, const stream::LadderCounts& counts) const {
  GstStructure* body = gst_structure_new("photoplayer-ladder", "time", G_TYPE_DOUBLE, sounded.until_s, "rung",
                                         G_TYPE_STRING, rung, nullptr);
  set_place(body, Place(sounded.until_s, sounded.segment), since_then(sounded.until_s));
  for (const Rung& each : kRungs) {
    gst_structure_set(body, each.name, G_TYPE_UINT64, static_cast<guint64>(counts.*each.count), nullptr);
  }
  gst_element_post_message(element_, gst_message_new_element(GST_OBJECT(element_), body));
}

void Reporter::post_qos(const Sounded& sounded, const stream::Report& counts, int quality) const {
  const Place place(sounded.until_s, sounded.segment);
  GstMessage* message = gst_message_new_qos(GST_OBJECT(element_), sounded.live ? TRUE : FALSE, place.running,
                                            place.stream_time, place.timestamp, since_then(sounded.until_s));
  const std::uint64_t missing_frames = counts.underrun_frames - told_.underrun_frames;
  const auto late = static_cast<gint64>(gst_util_uint64_scale(missing_frames, GST_SECOND, kRate_hz));
  gst_message_set_qos_values(message, late, 1.0, quality);
  gst_message_set_qos_stats(message, GST_FORMAT_DEFAULT, sounded.frames, counts.underrun_frames);
  gst_element_post_message(element_, message);
}

void Reporter::warn_of_failures(double time_s, const stream::Report& counts) {
  if (counts.failures == told_.failures_warned || time_s < told_.next_warning_s) return;
  told_.failures_warned = counts.failures;
  told_.next_warning_s = time_s + kWarn_s;
  GST_ELEMENT_WARNING(
      element_, LIBRARY, FAILED, ("%s", counts.last_failure.c_str()),
      ("So far the music could not be made %" G_GUINT64_FORMAT " times; repeats or silence stood in for it.",
       static_cast<guint64>(counts.failures)));
}

void Reporter::log_news(const stream::Report& counts) const {
  if (counts.windows > told_.windows) {
    GST_CAT_DEBUG_OBJECT(photoplayer_engine_debug, element_,
                         "%" G_GUINT64_FORMAT " windows, %.2f beats per minute, %" G_GUINT64_FORMAT
                         " notes, %" G_GUINT64_FORMAT " of them corrected",
                         counts.windows, counts.tempo_bpm, counts.notes, counts.notes_corrected);
  }
  if (const Rung* rung = worst_new_rung(counts.ladder, told_.ladder)) {
    GST_CAT_INFO_OBJECT(photoplayer_engine_debug, element_, "too late: %s (%" G_GUINT64_FORMAT " so far)", rung->name,
                        counts.ladder.*rung->count);
  }
  if (counts.underrun_frames > told_.underrun_frames) {
    GST_CAT_WARNING_OBJECT(photoplayer_engine_debug, element_,
                           "%" G_GUINT64_FORMAT " samples concealed (%" G_GUINT64_FORMAT " underruns so far)",
                           counts.underrun_frames - told_.underrun_frames, counts.underrun_events);
  }
  if (counts.live.priority != told_.priority) {
    GST_CAT_DEBUG_OBJECT(photoplayer_engine_debug, element_, "the sound's thread has this priority: %s",
                         counts.live.priority.c_str());
  }
  if (counts.live.late_events > told_.late_events) {
    GST_CAT_INFO_OBJECT(photoplayer_engine_debug, element_,
                        "visual events that came when their music was made already: %" G_GUINT64_FORMAT " so far",
                        counts.live.late_events);
  }
  if (counts.failures > told_.failures) {
    GST_CAT_WARNING_OBJECT(photoplayer_engine_debug, element_, "failure %" G_GUINT64_FORMAT ": %s", counts.failures,
                           counts.last_failure.c_str());
  }
}

void Reporter::sounded_until(const Sounded& sounded, const stream::Engine& engine) {
  const double time_s = sounded.until_s;
  if (time_s < told_.next_look_s) return;
  const stream::Report counts = engine.counts();
  log_news(counts);
  warn_of_failures(time_s, counts);
  const Rung* rung = worst_new_rung(counts.ladder, told_.ladder);
  const bool underrun = counts.underrun_frames > told_.underrun_frames;
  if (rung != nullptr || underrun) post_qos(sounded, counts, underrun ? 0 : rung->quality);
  if (enabled_.load()) {
    if (rung != nullptr) post_ladder(rung->name, sounded, counts.ladder);
    for (const stream::ReportedBeat& beat : engine.beats(told_.until_s, time_s))
      post_beat(beat, counts.tempo_bpm, sounded.segment);
    for (const stream::ReportedEvent& met : engine.accents(told_.until_s, time_s)) post_accent(met, sounded.segment);
  }
  told_.next_look_s = time_s + kLook_s;
  told_.until_s = time_s;
  told_.ladder = counts.ladder;
  told_.failures = counts.failures;
  told_.underrun_frames = counts.underrun_frames;
  told_.windows = counts.windows;
  told_.late_events = counts.live.late_events;
  told_.priority = counts.live.priority;
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
      GST_ELEMENT_ERROR(element, LIBRARY, SETTINGS, ("%s", text),
                        ("A property is out of range; gst-inspect-1.0 photoplayer names the ranges."));
      return;
    case ErrorCode::kBadInput:
      GST_ELEMENT_ERROR(element, STREAM, DECODE, ("%s", text), ("Put videoconvert before this element."));
      return;
    case ErrorCode::kInternal:
    case ErrorCode::kCancelled:
      GST_ELEMENT_ERROR(element, LIBRARY, FAILED, ("%s", text),
                        ("GST_DEBUG=photoplayer:5,photoplayer-engine:5 shows what went before."));
      return;
  }
}

}  // namespace photoplayer::gst
