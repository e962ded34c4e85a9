// SPDX-License-Identifier: Apache-2.0
/// GStreamer's own leak tracer: after films, seeks, flushes, failures and stops no object of ours is alive.
#include "live_fixture.h"
#include "support/catch.h"

#include <map>

using namespace photoplayer;
using namespace photoplayer::test;

namespace {

GstTracer* leak_tracer() {
  GList* tracers = gst_tracing_get_active_tracers();
  GstTracer* found = nullptr;
  for (GList* one = tracers; one != nullptr; one = one->next)
    if (std::string(G_OBJECT_TYPE_NAME(one->data)) == "GstLeaksTracer") found = GST_TRACER(one->data);
  g_list_free_full(tracers, gst_object_unref);  // GStreamer keeps them
  return found;
}

/// How many more objects of each type were made than have gone, since tracking began.
std::map<std::string, int> alive(GstTracer* tracer) {
  GstStructure* checkpoint = nullptr;
  g_signal_emit_by_name(tracer, "activity-get-checkpoint", &checkpoint);
  std::map<std::string, int> counts;
  for (const auto& [field, sign] : {std::pair{"objects-created-list", 1}, std::pair{"objects-removed-list", -1}}) {
    const GValue* list = gst_structure_get_value(checkpoint, field);
    REQUIRE(list != nullptr);
    for (guint i = 0; i < gst_value_list_get_size(list); ++i) {
      const GstStructure* one = gst_value_get_structure(gst_value_list_get_value(list, i));
      const char* type = gst_structure_get_string(one, "type-name");
      counts[type != nullptr ? type : "?"] += sign;
    }
  }
  gst_structure_free(checkpoint);
  return counts;
}

void live_through_much() {
  for (const char* properties : {"", "tail=300", "bundle=missing"}) {
    const Harness harness = make_harness(properties);
    const Bus bus(harness->element);
    gst_harness_set_live(harness.get(), FALSE);
    gst_harness_set_src_caps_str(harness.get(), kCaps25);
    gst_harness_push_event(harness.get(), gst_event_new_tag(gst_tag_list_new(GST_TAG_BITRATE, 8, nullptr)));
    push_film(harness.get(), 60);
    gst_harness_push_event(harness.get(), gst_event_new_flush_start());
    gst_harness_push_event(harness.get(), gst_event_new_flush_stop(TRUE));
    begin_stream(harness.get(), "again");
    push_film(harness.get(), 60);
    begin_stream(harness.get(), "and another");  // never reached
    gst_harness_push_event(harness.get(), gst_event_new_eos());
  }
  {
    const Harness harness = live("mode=aligned");
    Camera camera{harness.get()};
    (void)run_clock(harness.get(), 22050, [&camera](GstClockTime now) {
      camera(now);
      return false;
    });
  }
}

}  // namespace

TEST_CASE("leaks: nothing outlives the element", "[gst]") {
  use_scripted_element();
  GstTracer* tracer = leak_tracer();
  if (tracer == nullptr) {
    WARN("GStreamer was built without its leak tracer, or GST_TRACERS names others");
    return;
  }
  live_through_much();  // caps of templates and the like are made once
  g_signal_emit_by_name(tracer, "activity-start-tracking");
  GstElement* kept = gst_element_factory_make("photoplayer", nullptr);
  CHECK(alive(tracer)["GstPhotoplayer"] == 1);  // it would see one
  gst_object_unref(kept);
  CHECK(alive(tracer)["GstPhotoplayer"] == -1);  // each look begins anew
  live_through_much();
  for (const auto& [type, count] : alive(tracer)) {
    INFO(type);
    CHECK(count == 0);
  }
  g_signal_emit_by_name(tracer, "activity-stop-tracking");
}
