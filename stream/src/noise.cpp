// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/noise.h>

#include <cmath>
#include <numbers>

namespace photoplayer::stream {
namespace {

// Multipliers and Weyl increments of Philox4x32, from the paper's table 2.
constexpr std::uint64_t kMultiplier0 = 0xD2511F53U;
constexpr std::uint64_t kMultiplier1 = 0xCD9E8D57U;
constexpr std::uint32_t kWeyl0 = 0x9E3779B9U;
constexpr std::uint32_t kWeyl1 = 0xBB67AE85U;
constexpr int kRounds = 10;

/// (0, 1]: never 0, whose logarithm is not finite.
double open_unit(std::uint32_t bits) {
  return (static_cast<double>(bits) + 1.0) / 4294967296.0;
}

}  // namespace

PhiloxCounter philox4x32(PhiloxCounter counter, PhiloxKey key) noexcept {
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t product0 = kMultiplier0 * counter[0];
    const std::uint64_t product1 = kMultiplier1 * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32U) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32U) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

void fill_noise(std::uint64_t seed, std::int64_t first_row, int dims, std::span<float> out,
                NoiseStream stream) noexcept {
  if (dims <= 0) return;
  const PhiloxKey key = {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)};
  const auto width = static_cast<std::size_t>(dims);
  for (std::size_t row = 0; row * width < out.size(); ++row) {
    const auto index = static_cast<std::uint64_t>(first_row) + row;
    for (std::size_t channel = 0; channel < width; channel += 4) {
      const PhiloxCounter bits =
          philox4x32({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32U),
                      static_cast<std::uint32_t>(channel / 4), static_cast<std::uint32_t>(stream)},
                     key);
      for (std::size_t pair = 0; pair < 4; pair += 2) {
        const double radius = std::sqrt(-2.0 * std::log(open_unit(bits[pair])));
        const double angle = 2.0 * std::numbers::pi * open_unit(bits[pair + 1]);
        const double normals[2] = {radius * std::cos(angle), radius * std::sin(angle)};
        for (std::size_t i = 0; i < 2; ++i) {
          const std::size_t c = channel + pair + i;
          const std::size_t at = row * width + c;
          if (c < width && at < out.size()) out[at] = static_cast<float>(normals[i]);
        }
      }
    }
  }
}

}  // namespace photoplayer::stream
