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

  struct WindowPlan {
    std::vector<network::BeatPlan> beats;  ///< one per row
    network::GlobalPlan global;
  };
  [[nodiscard]] WindowPlan plan(const stream::WindowRequest& request);
  [[nodiscard]] stream::Controls decided() const;
  void reset();

 private:
  struct Bar {
    std::array<std::uint16_t, 2> chroma{};  ///< per half bar
    std::array<int, 2> root{};
    float lift = 0.0F;  ///< of this phrase: variety on top of the picture
  };
  const Bar& bar_at(std::int64_t bar);
  void write_phrase();
  void set_chord(Bar& bar, int half, int degree) const;
  network::BeatPlan beat(const stream::WindowRequest& request, std::int64_t row, double time_s, double until_s);
  [[nodiscard]] float intensity_at(const stream::WindowRequest& request, double time_s, const Bar& bar,
                                   std::int64_t bar_index) const;

  std::uint64_t seed_;
  std::shared_ptr<ScoreChoices> choices_;
  bool opened_ = false;
  int style_ = 0;
  int key_ = 0;
  stream::ScaleMode scale_ = stream::ScaleMode::kMajor;
  double tempo_bpm_ = 100.0;
  Mood mood_;
  std::vector<Bar> bars_;
  std::vector<network::BeatPlan> latched_;  ///< of final rows, from `latched_from_` on
  std::int64_t latched_from_ = 0;
};

}  // namespace photoplayer::model
