// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The training material: half minutes of composed music as sound, and what the player sees of their pictures, second
/// by second. Made once, then kept in the run folder.
#include <photoplayer/diffv2m/conditioner.h>
#include <photoplayer/diffv2m/weights.h>

#include <functional>
#include <string>
#include <vector>

#include "sound_config.h"

namespace photoplayer::train {

struct ClipSet {
  torch::Tensor sound;               ///< [clips, 2, kClip_frames] int16
  torch::Tensor semantic;            ///< [clips, 30, semantic_dims], from the tower
  torch::Tensor colour;              ///< [clips, 30, colour_dims] RGB-uv histograms
  torch::Tensor scene_cut;           ///< [clips, 30] 0 or 1, as the player detects them
  torch::Tensor pseudo_beat;         ///< [clips, 30] the strongest visual beat of each second
  torch::Tensor rhythm;              ///< [clips, 30, rhythm_dims] of the sound, mean 0 and deviation 1 over a clip
  diffv2m::Weights tower;            ///< visual.*, fp32
  std::vector<std::string> sources;  ///< Piece::source, one per clip

  [[nodiscard]] std::int64_t clips() const { return sound.size(0); }
  /// [2, frames] from `first` on, −1…1.
  [[nodiscard]] torch::Tensor heard(std::int64_t clip, std::int64_t first, std::int64_t frames) const;
  /// Up to `seconds` of the picture, fewer than 30 at play as long as it is young.
  [[nodiscard]] diffv2m::Clip seen(std::int64_t clip, std::int64_t seconds) const;
};

struct ClipSetWatch {
  std::function<void(double share)> progress;
  std::function<bool()> stop;
};

/// Fails with kCancelled if it was stopped.
[[nodiscard]] Result<ClipSet> make_or_load_clips(const SoundConfig& config, const ClipSetWatch& watch);

/// `rhythm`: odf | mel | tempogram. `music` mono. Seconds of the published ODF are bins around them, which is half a
/// second off from all that is seen, and of more than half a minute the first is lost; `rounded_seconds` keeps that.
[[nodiscard]] Result<std::vector<float>> rhythm_of(const std::vector<float>& music, const std::string& rhythm,
                                                   bool rounded_seconds);

}  // namespace photoplayer::train
