// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What must be known of a coded picture stream before it can be copied into another container. Collected on the
/// streaming thread while the film is decoded; any thread may ask. Tested in tests/unit/tools/film_reader_test.cpp and
/// score_film_test.cpp.
#include "media/gst_support.h"

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace photoplayer::tools {

struct CodedPicture {
  std::string caps;       ///< e.g. "video/x-h264, …"
  std::string stream_id;  ///< GStreamer's: the same each time this file is opened
  /// How a player must turn it: GST_TAG_IMAGE_ORIENTATION, "rotate-90", …; empty if it is upright.
  std::string orientation;
  bool has_decode_times = false;  ///< the container tells them; Matroska never does
  bool reordered = false;         ///< by its times, frames are shown in another order than they are coded
  bool order_unknown = false;     ///< it is reordered too, but some frames have no time that says where they belong
  bool changes_size = false;
};

/// Watches one pad, or one after the other.
class CodedPictureWatch {
 public:
  CodedPictureWatch() = default;
  CodedPictureWatch(const CodedPictureWatch&) = delete;
  CodedPictureWatch& operator=(const CodedPictureWatch&) = delete;
  ~CodedPictureWatch();

  /// Forgets what was seen so far: this pad is nearer to the decoder.
  void watch(GstPad* pad, const std::string& caps);
  [[nodiscard]] CodedPicture seen() const;

 private:
  static GstPadProbeReturn on_data(GstPad*, GstPadProbeInfo* info, gpointer self);
  void see(GstBuffer* buffer);
  void see(GstEvent* event);
  void let_go();

  mutable std::mutex mutex_;
  CodedPicture seen_;
  int width_ = 0, height_ = 0;
  std::optional<GstClockTime> latest_;  // of the times at which frames are shown
  GstOwner<GstPad> pad_;
  gulong probe_ = 0;
};

}  // namespace photoplayer::tools
