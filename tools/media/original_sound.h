// SPDX-License-Identifier: Apache-2.0
#pragma once
/// `--keep-sound mix`: the film's own sound over the music. The music steps back by 8 dB for the whole film (riding it
/// would pump), the sum is brought under -1.5 dBFS as a whole if it passes that, and its peaks between samples under
/// -1 dBTP. Control thread.
#include "media/pcm_scratch.h"

#include <photoplayer/stream/result.h>

#include <atomic>
#include <filesystem>

namespace photoplayer::tools {

/// Mixes in place. `origin_s`: running time of the first frame, which is sample 0. Sound outside the music's length
/// is cut. Fails with kBadInput if the film has no sound that can be decoded.
[[nodiscard]] Result<void> mix_original_sound(const std::filesystem::path& film, double origin_s, PcmScratch& music,
                                              const std::atomic<bool>& cancelled);

}  // namespace photoplayer::tools
