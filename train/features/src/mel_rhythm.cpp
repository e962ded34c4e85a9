// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/audio_features.h>

#include <array>

#include "mel_bank.h"
#include "power_spectra.h"
#include "rhythm_rows.h"

namespace photoplayer::train {
namespace {

constexpr std::size_t kHop = 512;

}  // namespace

Result<std::vector<float>> mel_rhythm(std::span<const float> music) {
  if (const auto sound = detail::check_music(music, detail::kWindow / 2 + 1); !sound) {
    return tl::unexpected(sound.error());
  }
  detail::PowerSpectra spectra(music, kHop, detail::Edge::kMirror);
  const detail::MelBank bank(detail::MelScale::kHtk);
  detail::RhythmRows rows(spectra.frames(), detail::kMels, kMelRhythmColumns);
  std::array<float, detail::kMels> level{};
  for (std::size_t i = 0; i < spectra.frames(); ++i) {
    bank.decibels(spectra.frame(i), level);
    rows.add(level);
  }
  return rows.finish();
}

}  // namespace photoplayer::train
