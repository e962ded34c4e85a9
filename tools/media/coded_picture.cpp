// SPDX-License-Identifier: Apache-2.0
#include "media/coded_picture.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

namespace photoplayer::tools {
namespace {

using Bytes = std::span<const guint8>;

/// Whether any unit, of those that follow a start code (00 00 01), is one. Units have at least two bytes.
bool any_after_start_code(Bytes bytes, bool (*is)(Bytes unit)) {
  for (std::size_t i = 0; i + 4 < bytes.size(); ++i) {
    if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1 && is(bytes.subspan(i + 3))) return true;
  }
  return false;
}

/// The same where each unit follows its length in four bytes.
bool any_after_length(Bytes bytes, bool (*is)(Bytes unit)) {
  while (bytes.size() >= 6) {
    const std::size_t length = GST_READ_UINT32_BE(bytes.data());
    bytes = bytes.subspan(4);
    if (is(bytes)) return true;
    bytes = bytes.subspan(std::min(length, bytes.size()));
  }
  return false;
}

/// A slice that begins a picture (first_mb_in_slice 0 is the bit 1) and is of type 1 (010) or 6 (00111).
bool is_b_slice(Bytes unit) {
  const bool slice = (unit[0] & 0x1fU) == 1;
  return slice && ((unit[1] & 0xf0U) == 0xa0U || (unit[1] & 0xfcU) == 0x9cU);
}

bool is_b_vop(Bytes unit) {
  return unit[0] == 0xb6U && unit[1] >> 6U == 2;
}

bool is_h265_slice(Bytes unit) {
  return (unit[0] >> 1U & 0x3fU) < 16;
}

/// Whether a frame may have to wait for a later one. H.265's slice types do not tell, so there the answer is yes.
bool may_be_reordered(const std::string& caps, Bytes bytes) {
  const auto any_unit = caps.find("byte-stream") != std::string::npos ? any_after_start_code : any_after_length;
  if (caps.rfind("video/x-h264", 0) == 0) return any_unit(bytes, is_b_slice);
  if (caps.rfind("video/x-h265", 0) == 0) return any_unit(bytes, is_h265_slice);
  return caps.rfind("video/mpeg", 0) == 0 && any_after_start_code(bytes, is_b_vop);
}

gboolean find_orientation(GstPad*, GstEvent** event, gpointer orientation) {
  if (GST_EVENT_TYPE(*event) != GST_EVENT_TAG) return TRUE;
  GstTagList* tags = nullptr;
  gst_event_parse_tag(*event, &tags);
  gchar* value = nullptr;
  if (gst_tag_list_get_string(tags, GST_TAG_IMAGE_ORIENTATION, &value) != 0) {
    if (std::string_view(value) != "rotate-0") *static_cast<std::string*>(orientation) = value;
    g_free(value);
  }
  return TRUE;
}

}  // namespace

CodedPictureWatch::~CodedPictureWatch() {
  let_go();
}

void CodedPictureWatch::let_go() {
  if (pad_ != nullptr) gst_pad_remove_probe(pad_.get(), probe_);
  pad_.reset();
}

void CodedPictureWatch::watch(GstPad* pad, const std::string& caps) {
  const std::lock_guard lock(mutex_);
  let_go();
  seen_ = {};
  seen_.caps = caps;
  seen_.stream_id = stream_id(pad);
  width_ = height_ = 0;
  latest_.reset();
  pad_.reset(GST_PAD(gst_object_ref(pad)));
  constexpr auto kData = static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM);
  probe_ = gst_pad_add_probe(pad, kData, on_data, this, nullptr);
}

CodedPicture CodedPictureWatch::seen() const {
  const std::lock_guard lock(mutex_);
  CodedPicture picture = seen_;
  if (pad_ != nullptr) gst_pad_sticky_events_foreach(pad_.get(), find_orientation, &picture.orientation);
  return picture;
}

GstPadProbeReturn CodedPictureWatch::on_data(GstPad*, GstPadProbeInfo* info, gpointer self) {
  auto& watch = *static_cast<CodedPictureWatch*>(self);
  const std::lock_guard lock(watch.mutex_);
  if ((GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
    watch.see(GST_PAD_PROBE_INFO_BUFFER(info));
  } else {
    watch.see(GST_PAD_PROBE_INFO_EVENT(info));
  }
  return GST_PAD_PROBE_OK;
}

void CodedPictureWatch::see(GstBuffer* buffer) {
  if (GST_BUFFER_PTS_IS_VALID(buffer)) {
    if (GST_BUFFER_DTS_IS_VALID(buffer)) seen_.has_decode_times = true;
    if (latest_ && GST_BUFFER_PTS(buffer) < *latest_) seen_.reordered = true;
    latest_ = std::max(latest_.value_or(0), GST_BUFFER_PTS(buffer));
    return;
  }
  GstMapInfo map;
  if (seen_.order_unknown || gst_buffer_map(buffer, &map, GST_MAP_READ) == 0) return;
  seen_.order_unknown = may_be_reordered(seen_.caps, {map.data, map.size});
  gst_buffer_unmap(buffer, &map);
}

void CodedPictureWatch::see(GstEvent* event) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) latest_.reset();
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return;
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  seen_.caps = caps_text(caps);
  int width = 0, height = 0;
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  if (gst_structure_get_int(structure, "width", &width) == 0 ||
      gst_structure_get_int(structure, "height", &height) == 0) {
    return;
  }
  if (width_ > 0 && (width != width_ || height != height_)) seen_.changes_size = true;
  width_ = width;
  height_ = height;
}

}  // namespace photoplayer::tools
