// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Plans the piece ahead of the network: style, mode, key and tempo from the opening, then harmony by phrases and the
/// set of layers and density by bars, following the picture. What was planned for final rows stays. No LibTorch.
/// Owned by the generator; one thread.
#include <photoplayer/network/beat_plan.h>
#include <photoplayer/stream/ports.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "harmony_plan.h"
#include "score_choices.h"

namespace photoplayer::model {

/// Mood of the picture, −1…1 each.
struct Mood {
  float valence = 0.0F, arousal = 0.0F;
};
[[nodiscard]] Mood mood_of(const stream::Glance& seen);

class Director {
 public:
  Director(std::uint64_t seed, std::shared_ptr<ScoreChoices> choices);

  /// Decides the piece's character from what was seen in [from_s, until_s), once.
  void open(const stream::Timeline& timeline, double from_s, double until_s, const stream::Controls& controls);
  [[nodiscard]] bool opened() const { return opened_; }
  [[nodiscard]] double tempo_bpm() const { return tempo_bpm_; }
  /// The tempo of what was seen of late, if it kept one and the style can take it.
  [[nodiscard]] std::optional<stream::TempoWish> wish_tempo(const stream::Timeline& timeline, double seen_until_s,
                                                            double present_bpm) const;

  struct WindowPlan {
    std::vector<network::BeatPlan> beats;  ///< one per row
    network::GlobalPlan global;
  };
  [[nodiscard]] WindowPlan plan(const stream::WindowRequest& request);
  /// Equal where the same music is meant.
  struct ThemePlace {
    std::uint64_t theme = 0;
    std::int64_t beat = 0;  ///< from the theme's beginning
  };
  [[nodiscard]] ThemePlace theme_place(std::int64_t row);
  [[nodiscard]] stream::Controls decided() const;
  void reset();

 private:
  [[nodiscard]] HarmonyPlan::Chord chord_at(const stream::WindowRequest& request, std::int64_t row);
  network::BeatPlan beat(const stream::WindowRequest& request, std::int64_t row, double time_s, double until_s);
  [[nodiscard]] float intensity_at(const stream::WindowRequest& request, double time_s, std::int64_t bar);

  std::uint64_t seed_;
  std::shared_ptr<ScoreChoices> choices_;
  bool opened_ = false;
  int style_ = 0;
  int key_ = 0;
  stream::ScaleMode scale_ = stream::ScaleMode::kMajor;
  double tempo_bpm_ = 100.0;
  Mood mood_;
  HarmonyPlan harmony_;
  std::vector<network::BeatPlan> latched_;  ///< of final rows, from `latched_from_` on
  std::int64_t latched_from_ = 0;
};

}  // namespace photoplayer::model
