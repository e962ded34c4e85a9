// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A composed piece as sound, as one hears it from the player. No LibTorch. Any thread.
#include <photoplayer/stream/result.h>
#include <photoplayer/train/piece.h>

#include <cstdint>
#include <string>
#include <vector>

namespace photoplayer::train {

inline constexpr int kClip_seconds = 30;
inline constexpr std::int64_t kClip_frames = 44'100 * kClip_seconds;

/// Long enough for a clip, in the style and tempo that the seed gives.
[[nodiscard]] Piece clip_piece(int style, std::uint64_t seed);

/// The first half minute, interleaved stereo, [2 · kClip_frames]. `transpose` in semitones. Fails without a soundfont.
[[nodiscard]] Result<std::vector<float>> play_piece(const Piece& piece, int transpose, std::uint64_t seed,
                                                    const std::string& soundfont);

}  // namespace photoplayer::train
