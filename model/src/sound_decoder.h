// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The Oobleck stream behind the engine's port. Sampler's thread.
#include <photoplayer/network/oobleck.h>
#include <photoplayer/stream/ports.h>

#include <memory>

namespace photoplayer::model {

[[nodiscard]] std::unique_ptr<stream::SoundDecoder> make_sound_decoder(network::OobleckDecoder decoder);

}  // namespace photoplayer::model
