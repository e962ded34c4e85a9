// SPDX-License-Identifier: Apache-2.0
#include "latency/latency_results.h"

#include <nlohmann/json.hpp>

namespace photoplayer::tools {
namespace {

using Json = nlohmann::ordered_json;

enum Thread { kVideo = 1, kPerception, kSampler, kConductor, kRender, kMusic };

double microseconds(double seconds) {
  return 1e6 * seconds;
}

Json span_event(const char* name, Thread thread, const Span& span) {
  return {{"name", name},
          {"ph", "X"},
          {"ts", microseconds(span.begin_s)},
          {"dur", microseconds(static_cast<double>(span.length_s))},
          {"pid", 1},
          {"tid", thread}};
}

Json instant_event(const std::string& name, Thread thread, double time_s) {
  return {{"name", name}, {"ph", "i"}, {"s", "t"}, {"ts", microseconds(time_s)}, {"pid", 1}, {"tid", thread}};
}

/// One event at a time: an hour has a million.
class TraceText {
 public:
  void add(const Json& event) {
    text_ += text_.empty() ? "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n" : ",\n";
    text_ += event.dump();
  }
  [[nodiscard]] std::string end() { return std::move(text_) + "\n]}\n"; }

 private:
  std::string text_;
};

void name_threads(TraceText& trace) {
  const std::pair<Thread, const char*> names[] = {{kVideo, "video"},     {kPerception, "perception"},
                                                  {kSampler, "sampler"}, {kConductor, "conductor"},
                                                  {kRender, "render"},   {kMusic, "what was seen and heard"}};
  for (const auto& [thread, name] : names) {
    trace.add({{"name", "thread_name"}, {"ph", "M"}, {"pid", 1}, {"tid", thread}, {"args", {{"name", name}}}});
  }
}

}  // namespace

std::string latency_trace(const LatencyResults& results) {
  const LiveRun& live = results.live;
  TraceText trace;
  name_threads(trace);
  for (const Span& span : live.seeing) trace.add(span_event("perceive", kVideo, span));
  for (const Span& span : live.notes.encoding) trace.add(span_event("encode", kPerception, span));
  for (const WindowSpan& window : live.notes.windows) {
    Json event = span_event("sample", kSampler, window.span);
    event["args"] = {{"hop_rows", window.hop_rows},
                     {"steps_asked", window.steps_asked},
                     {"steps_taken", window.steps_taken},
                     {"guided", window.guided}};
    trace.add(event);
  }
  for (const Span& span : live.notes.decoding) trace.add(span_event("decode", kSampler, span));
  for (const Span& span : live.notes.ticks) trace.add(span_event("synthesise", kConductor, span));
  for (const Span& span : live.taking) trace.add(span_event("render", kRender, span));
  for (const QueueSample& sample : live.queue) {
    trace.add({{"name", "queue"},
               {"ph", "C"},
               {"ts", microseconds(sample.time_s)},
               {"pid", 1},
               {"args", {{"ms", 1e3 * static_cast<double>(sample.queued_s)}}}});
  }
  for (const Mark& mark : live.marks) trace.add(instant_event(mark.what, kMusic, mark.time_s));
  // Music of running time t is heard at t + latency on this clock.
  for (const double seam_s : live.report.seams_s) trace.add(instant_event("hop", kMusic, seam_s + live.latency_s));
  for (const stream::ReportedEvent& reported : live.report.events) {
    trace.add(instant_event("seen", kMusic, reported.event.time_s));
    if (reported.taken) trace.add(instant_event("accent", kMusic, reported.accent_time_s + live.latency_s));
  }
  return trace.end();
}

}  // namespace photoplayer::tools
