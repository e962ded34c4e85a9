// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What GStreamer 1.22's MP4 muxer cannot be told is put into the finished file, whose size does not change:
///  * An AAC encoder begins with some hundred samples of its own, and a track's edit list says how many a player must
///    skip. The muxer writes that list but not the number, which would delay the music by 23 ms.
///  * The muxer refuses pictures under 16 pixels; it is told 16, and the true size is written here.
///  * A phone's film says in its track's header how it must be turned to be upright; the muxer leaves that out.
/// Control thread. Tested through tests/unit/tools/score_film_test.cpp.
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace photoplayer::tools {

struct EncoderTrim {
  std::uint32_t delay_frames = 0;   ///< samples before the first one of the music
  std::uint64_t length_frames = 0;  ///< of the music, without delay and padding
  std::uint32_t sample_rate_hz = 44100;
};

struct PictureSize {
  std::uint16_t width = 0;
  std::uint16_t height = 0;
};

struct Mp4Patch {
  EncoderTrim trim;                    ///< for the first sound track
  std::optional<PictureSize> picture;  ///< for the first picture track
  int quarter_turns = 0;               ///< likewise: clockwise, 0 to 3
};

/// Fails with kInternal if the file is not laid out as the muxer does it.
[[nodiscard]] Result<void> patch_mp4(const std::filesystem::path& mp4, const Mp4Patch& patch);

}  // namespace photoplayer::tools
