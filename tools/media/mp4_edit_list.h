// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An AAC encoder begins with some hundred samples of its own, and an MP4 says in a track's edit list how many a player
/// must skip. GStreamer 1.22's muxer writes that list but not the number, which would delay the music by 23 ms; this
/// puts the number in. The file's size does not change. Control thread.
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <filesystem>

namespace photoplayer::tools {

struct EncoderTrim {
  std::uint32_t delay_frames = 0;   ///< samples before the first one of the music
  std::uint64_t length_frames = 0;  ///< of the music, without delay and padding
  std::uint32_t sample_rate_hz = 44100;
};

/// Applies to the first sound track. Fails with kInternal if the file is not laid out as the muxer does it.
[[nodiscard]] Result<void> trim_first_sound_track(const std::filesystem::path& mp4, const EncoderTrim& trim);

}  // namespace photoplayer::tools
