// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The published network behind the engine's port: what was seen in the last half minute conditions each window.
#include <photoplayer/diffv2m/conditioner.h>
#include <photoplayer/diffv2m/network.h>
#include <photoplayer/stream/ports.h>

#include <memory>

namespace photoplayer::model {

/// The newest `most_seconds` of what was seen before `until_s`, one row for each second since the first still in it; a
/// second without a still repeats the last one. Nothing seen: one row of zeros.
/// `first_s` becomes the first row's time.
[[nodiscard]] diffv2m::Clip clip_of(const stream::Timeline& timeline, double until_s, std::int64_t most_seconds,
                                    std::int64_t semantic_dims, double& first_s);

[[nodiscard]] std::unique_ptr<stream::LatentGenerator> make_diffv2m_generator(diffv2m::Conditioner conditioner,
                                                                              diffv2m::Network network);

}  // namespace photoplayer::model
