// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An Oobleck decoder with random weights whose noise has the manners of music, so that a click stands out of it as it
/// would out of music: unit normal latents sound at −20 dBFS RMS without a constant part, partials fill 20 Hz to 1 kHz
/// evenly per octave and fall by about 5 dB per octave above.
#include <photoplayer/network/oobleck.h>

namespace photoplayer::tests {

[[nodiscard]] network::OobleckDecoder make_random_oobleck(const network::OobleckConfig& config, std::uint64_t seed);

}  // namespace photoplayer::tests
