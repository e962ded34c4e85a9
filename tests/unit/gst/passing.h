// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Everything that leaves the element, in order: events and buffers.
#include "element_fixture.h"

#include <mutex>

namespace photoplayer::test {

struct Passed {
  GstEventType event = GST_EVENT_UNKNOWN;  ///< unknown: a buffer
  GstClockTime pts = GST_CLOCK_TIME_NONE;
  GstSegment segment{};
  guint group = 0;
  std::string name;  ///< of a custom event
  std::shared_ptr<GstTagList> tags;
  [[nodiscard]] bool is_buffer() const { return event == GST_EVENT_UNKNOWN; }
};

class Passing {
 public:
  explicit Passing(GstElement* element) : pad_(gst_element_get_static_pad(element, "src")) {
    probe_ = gst_pad_add_probe(pad_, GST_PAD_PROBE_TYPE_DATA_DOWNSTREAM, &Passing::see, this, nullptr);
  }
  ~Passing() {
    gst_pad_remove_probe(pad_, probe_);
    gst_object_unref(pad_);
  }
  Passing(const Passing&) = delete;
  Passing& operator=(const Passing&) = delete;

  [[nodiscard]] std::vector<Passed> all() const {
    const std::lock_guard lock(mutex_);
    return passed_;
  }
  [[nodiscard]] std::vector<Passed> events(GstEventType type) const {
    std::vector<Passed> found;
    for (const Passed& one : all())
      if (one.event == type) found.push_back(one);
    return found;
  }
  /// PTS of the first buffer after the `nth` event of this kind, from 0; NONE if there is no such.
  [[nodiscard]] GstClockTime pts_after(GstEventType type, int nth) const {
    bool found = false;
    for (const Passed& one : all()) {
      if (found && one.is_buffer()) return one.pts;
      if (one.event == type && nth-- == 0) found = true;
    }
    return GST_CLOCK_TIME_NONE;
  }

 private:
  static GstPadProbeReturn see(GstPad*, GstPadProbeInfo* info, gpointer self) {
    Passed one;
    if (GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info); (info->type & GST_PAD_PROBE_TYPE_BUFFER) == 0) {
      one.event = GST_EVENT_TYPE(event);
      if (one.event == GST_EVENT_SEGMENT) gst_event_copy_segment(event, &one.segment);
      if (one.event == GST_EVENT_STREAM_START) gst_event_parse_group_id(event, &one.group);
      if (one.event == GST_EVENT_TAG) {
        GstTagList* tags = nullptr;
        gst_event_parse_tag(event, &tags);
        one.tags.reset(gst_tag_list_copy(tags), [](GstTagList* list) { gst_tag_list_unref(list); });
      }
      if (const GstStructure* body = gst_event_get_structure(event)) one.name = gst_structure_get_name(body);
    } else {
      one.pts = GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info));
    }
    auto* passing = static_cast<Passing*>(self);
    const std::lock_guard lock(passing->mutex_);
    passing->passed_.push_back(std::move(one));
    return GST_PAD_PROBE_OK;
  }

  GstPad* pad_;
  gulong probe_;
  mutable std::mutex mutex_;
  std::vector<Passed> passed_;
};

}  // namespace photoplayer::test
