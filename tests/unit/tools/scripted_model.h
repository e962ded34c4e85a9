// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A model without weights: latents are the window's noise, notes follow from latents, tones from notes. Different
/// seeds give different music; the same seed the same.
#include "model_factory.h"

#include <chrono>
#include <filesystem>

namespace photoplayer::tools::test {

/// `window_time`: how long each window takes, for tests that interrupt.
[[nodiscard]] ModelFactory scripted_model(std::chrono::milliseconds window_time = std::chrono::milliseconds(0));

/// The same for a sound bundle: each latent is a moment of a tone.
[[nodiscard]] ModelFactory scripted_sound_model();

/// A valid bundle with nothing of use in it.
void write_tiny_bundle(const std::filesystem::path& path);

}  // namespace photoplayer::tools::test
