// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Sound in memory at another rate, by GStreamer's converter. After start_gstreamer(); any thread.
/// Tested in tests/unit/tools/sound_ear_test.cpp.
#include <photoplayer/stream/result.h>

#include <span>
#include <vector>

namespace photoplayer::tools {

/// The mean of both channels of interleaved stereo at kSampleRate_hz, at `rate_hz`; as long, and in time to
/// within a sample.
[[nodiscard]] Result<std::vector<float>> mono_sound(std::span<const float> stereo, int rate_hz);

}  // namespace photoplayer::tools
