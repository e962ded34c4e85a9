// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Normal noise as a pure function of (seed, absolute latent index, channel): a latent that is visited again
/// starts from the same noise, and a run can be repeated from any place. Philox4x32-10 (Salmon et al. 2011)
/// and Box-Muller. Any thread. Tested against Random123's published vectors in
/// tests/unit/stream/noise_test.cpp.
#include <array>
#include <cstdint>
#include <span>

namespace photoplayer::stream {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

[[nodiscard]] PhiloxCounter philox4x32(PhiloxCounter counter, PhiloxKey key) noexcept;

/// Noise for different purposes must not repeat: each has its own stream.
enum class NoiseStream : std::uint32_t { kDiffusion = 0, kUnknownWarmStart = 1 };

/// Fills `out` [rows, dims] for the rows that begin at `first_row`.
void fill_noise(std::uint64_t seed, std::int64_t first_row, int dims, std::span<float> out,
                NoiseStream stream = NoiseStream::kDiffusion) noexcept;

}  // namespace photoplayer::stream
