// SPDX-License-Identifier: Apache-2.0
#pragma once
/// All the sound of a file, decoded and resampled by GStreamer. Control thread.
#include <photoplayer/stream/result.h>

#include <atomic>
#include <filesystem>
#include <vector>

namespace photoplayer::tools {

/// Interleaved, −1…1, of the first sound stream, beginning where the file does. At most two hours. Fails with kBadInput
/// if there is none that can be decoded.
[[nodiscard]] Result<std::vector<float>> read_sound(const std::filesystem::path& path, int rate_hz, int channels,
                                                    const std::atomic<bool>& cancelled);

}  // namespace photoplayer::tools
