// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where two recordings of the same music begin to differ so that it can be heard.
#include <cstddef>
#include <optional>
#include <span>

namespace photoplayer::tools {

/// The difference counts when over 20 ms its level is no more than 19.3 dB below that of the louder recording: a change
/// of level of 1 dB, about the least that is noticed, leaves a difference of 20·log10(1 − 10^(−1/20)) = −19.3 dB. And
/// when it is above −60 dBFS: below that, it is silence that changes.
inline constexpr double kAudible_db = -19.3;
inline constexpr double kAudibleFloor_dbfs = -60.0;
inline constexpr std::size_t kAudibleWindow_frames = 882;

/// The frame at which the first such window ends; windows begin every 441 frames. Interleaved stereo [frames, 2];
/// what only one of them has is not looked at.
[[nodiscard]] std::optional<std::size_t> first_audible_difference(std::span<const float> a, std::span<const float> b);

/// The first frame that is not the same in both, however small the difference.
[[nodiscard]] std::optional<std::size_t> first_difference(std::span<const float> a, std::span<const float> b);

}  // namespace photoplayer::tools
