// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The film again, with music: its picture stream copied bit by bit, the music as the first sound track (AAC in MP4,
/// FLAC in Matroska), on request the original sound as the second. Control thread.
/// Tested in tests/unit/tools/score_film_test.cpp.
#include "media/film_reader.h"
#include "media/pcm_scratch.h"

#include <photoplayer/stream/result.h>

#include <atomic>
#include <filesystem>

namespace photoplayer::tools {

enum class Container { kMp4, kMkv };

struct FilmWriteRequest {
  std::filesystem::path film;
  std::filesystem::path output;  ///< overwritten; the caller makes it atomic
  Container container = Container::kMp4;
  const PcmScratch* music = nullptr;
  double origin_s = 0.0;  ///< where in the film's running time the music's first sample belongs
  CodedPicture picture;   ///< the stream to copy
  bool keep_original_sound = false;
};

/// Can this container hold the film's streams as they are? kUsage if not. Most of it is known before any music is made,
/// the rest after the last frame.
[[nodiscard]] Result<void> check_container(Container container, const FilmInfo& film, bool keep_original_sound);

/// Whether players will turn the picture as they turned the film's. Matroska cannot say so, with GStreamer 1.22.
[[nodiscard]] bool keeps_orientation(Container container, const CodedPicture& picture);

[[nodiscard]] Result<void> write_film(const FilmWriteRequest& request, const std::atomic<bool>& cancelled);

}  // namespace photoplayer::tools
