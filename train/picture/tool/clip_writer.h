// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Raw RGB frames into a video file, through whatever encoder GStreamer has here.
#include "clip_options.h"

#include <cstdint>
#include <memory>
#include <span>

namespace photoplayer::train {

class ClipWriter {
 public:
  /// Throws std::runtime_error with one line for the user, here and below.
  explicit ClipWriter(const ClipOptions& options);
  ~ClipWriter();
  ClipWriter(const ClipWriter&) = delete;
  ClipWriter& operator=(const ClipWriter&) = delete;

  void write(std::span<const std::uint8_t> rgb);
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace photoplayer::train
