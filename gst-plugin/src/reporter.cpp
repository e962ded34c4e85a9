// SPDX-License-Identifier: Apache-2.0
#include "reporter.h"

#include "debug.h"

#include <photoplayer/stream/controls.h>

#include <algorithm>
#include <cmath>

namespace photoplayer::gst {
namespace {

/// A report is copied under a lock; beats come at most three a second.
constexpr double kLook_s = 0.2;

GstClockTime to_ns(double seconds) {
  return static_cast<GstClockTime>(std::llround(std::max(0.0, seconds) * 1e9));
}

}  // namespace

void Reporter::state(const char* state, bool live, const stream::Engine* engine, std::uint64_t seed) const {
  if (!enabled_.load()) return;
  GstStructure* body =
      gst_structure_new("photoplayer-state", "state", G_TYPE_STRING, state, "live", G_TYPE_BOOLEAN,
                        live ? TRUE : FALSE, "seed", G_TYPE_UINT64, static_cast<guint64>(seed), nullptr);
  if (engine != nullptr) {
    const stream::Report report = engine->report();
    gst_structure_set(body, "latency", G_TYPE_UINT64, live ? to_ns(engine->latency_s()) : GstClockTime{0},
                      "tempo", G_TYPE_DOUBLE, report.tempo_bpm, "windows", G_TYPE_UINT64,
                      static_cast<guint64>(report.windows), "underruns", G_TYPE_UINT64,
                      static_cast<guint64>(report.underrun_events), nullptr);
    const auto& style = report.decided.style;
    if (style && *style >= 0 && *style < stream::kStyles) {
      gst_structure_set(body, "style", G_TYPE_STRING, stream::kStyleNames[static_cast<std::size_t>(*style)],
                        nullptr);
    }
    if (report.decided.key) gst_structure_set(body, "key", G_TYPE_INT, *report.decided.key, nullptr);
  }
  gst_element_post_message(element_, gst_message_new_element(GST_OBJECT(element_), body));
}

void Reporter::sounded_until(double time_s, const stream::Engine& engine, const GstSegment& segment) {
  if (!enabled_.load() || time_s < next_look_s_) return;
  next_look_s_ = time_s + kLook_s;
  const stream::Report report = engine.report();
  for (; next_beat_ < report.beats_s.size() && report.beats_s[next_beat_] <= time_s; ++next_beat_) {
    const double beat_s = report.beats_s[next_beat_];
    const auto bars =
        std::upper_bound(report.bars_s.begin(), report.bars_s.end(), beat_s + 1e-3) - report.bars_s.begin();
    const GstClockTime running = to_ns(beat_s);
    const GstClockTime position = gst_segment_position_from_running_time(&segment, GST_FORMAT_TIME, running);
    GstStructure* body = gst_structure_new(
        "photoplayer-beat", "time", G_TYPE_DOUBLE, beat_s, "running-time", G_TYPE_UINT64, running,
        "stream-time", G_TYPE_UINT64, gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, position), "beat",
        G_TYPE_UINT64, static_cast<guint64>(next_beat_), "bar", G_TYPE_UINT64,
        static_cast<guint64>(std::max<std::ptrdiff_t>(0, bars - 1)), "tempo", G_TYPE_DOUBLE, report.tempo_bpm,
        nullptr);
    gst_element_post_message(element_, gst_message_new_element(GST_OBJECT(element_), body));
  }
}

void Reporter::post_error(GstElement* element, const Error& error, const std::string& bundle) {
  const char* text = error.message.c_str();
  switch (error.code) {
    case ErrorCode::kBadBundle:
      if (bundle.empty() || !g_file_test(bundle.c_str(), G_FILE_TEST_EXISTS)) {
        GST_ELEMENT_ERROR(
            element, RESOURCE, NOT_FOUND, ("%s", text),
            ("Set the property 'bundle' to a model bundle, or install the one that Photoplayer ships."));
      } else {
        GST_ELEMENT_ERROR(element, RESOURCE, READ, ("%s", text),
                          ("'photoplayer inspect' says what is wrong with a bundle."));
      }
      return;
    case ErrorCode::kOutput:
      GST_ELEMENT_ERROR(element, RESOURCE, OPEN_READ, ("%s", text),
                        ("On Debian: apt-get install fluid-soundfont-gm"));
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
