// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/audio_features.h>

#include <algorithm>
#include <string>

#include "mel_bank.h"
#include "power_spectra.h"
#include "rhythm_rows.h"

namespace photoplayer::train {
namespace {

constexpr float kRange_db = 80.0F;

}  // namespace

Result<std::vector<float>> onset_strength(std::span<const float> music, int hop) {
  if (hop < 1 || hop > static_cast<int>(detail::kWindow)) {
    return fail(ErrorCode::kUsage, "onset strength needs a hop of 1…2048 samples, not " + std::to_string(hop));
  }
  if (const auto sound = detail::check_music(music, 1); !sound) return tl::unexpected(sound.error());
  detail::PowerSpectra spectra(music, static_cast<std::size_t>(hop), detail::Edge::kZeros);
  const detail::MelBank bank(detail::MelScale::kSlaney);
  const std::size_t frames = spectra.frames();
  std::vector<float> levels(frames * detail::kMels);
  const auto level = [&](std::size_t frame) {
    return std::span<float, detail::kMels>(levels.data() + frame * detail::kMels, detail::kMels);
  };
  for (std::size_t i = 0; i < frames; ++i) bank.decibels(spectra.frame(i), level(i));

  const float floor_db = *std::max_element(levels.begin(), levels.end()) - kRange_db;
  for (float& value : levels) value = std::max(value, floor_db);

  // librosa moves the flux so that it lies where a window's middle meets the onset.
  const std::size_t shift = detail::kWindow / (2 * static_cast<std::size_t>(hop));
  std::vector<float> strength(frames, 0.0F);
  for (std::size_t i = 1; i + shift < frames; ++i) {
    double rise = 0.0;
    for (std::size_t band = 0; band < detail::kMels; ++band) {
      rise += static_cast<double>(std::max(level(i)[band] - level(i - 1)[band], 0.0F));
    }
    strength[i + shift] = static_cast<float>(rise / static_cast<double>(detail::kMels));
  }
  return strength;
}

}  // namespace photoplayer::train
