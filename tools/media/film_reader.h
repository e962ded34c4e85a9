// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A film's pictures, decoded one after another in whatever raw format the decoder makes. Only the first video stream
/// is decoded. Times are seconds since the first frame, from timestamps, so any frame rate will do, constant or not.
/// Decoding runs ahead by a few frames on GStreamer's threads; all calls here come from one control thread.
/// Tested in tests/unit/tools/film_reader_test.cpp.
#include "media/coded_picture.h"
#include "media/gst_support.h"

#include <photoplayer/stream/result.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace photoplayer::tools {

struct FilmFrame {
  GstOwner<GstSample> sample;
  double time_s = 0.0;
  double duration_s = 0.0;  ///< until the next frame; the last frame's is its own or its predecessor's
};

struct FilmInfo {
  std::optional<double> duration_s;  ///< what the container claims
  double origin_s = 0.0;             ///< running time of the first frame: often 0, never assumed to be
  bool has_sound = false;            ///< may still become true while reading
  CodedPicture picture;              ///< the stream that is decoded; complete after the last frame
  std::string sound_caps;            ///< of the first sound stream, before decoding; empty without one
};

class FilmReader {
 public:
  /// Returns once the first frame is decoded. Fails with kBadInput if there is none, kCancelled if `cancelled` turns
  /// true.
  [[nodiscard]] static Result<std::unique_ptr<FilmReader>> open(const std::filesystem::path& path,
                                                                const std::atomic<bool>& cancelled);
  virtual ~FilmReader() = default;

  /// The next frame, or nothing at the end. A film that breaks off after its first frame ends there.
  [[nodiscard]] virtual Result<std::optional<FilmFrame>> next() = 0;

  [[nodiscard]] virtual const FilmInfo& info() const = 0;
  /// End of the last frame that next() returned.
  [[nodiscard]] virtual double end_s() const = 0;
  /// One line for the user if the film broke off early; valid after the last frame.
  [[nodiscard]] virtual const std::string& warning() const = 0;
};

}  // namespace photoplayer::tools
