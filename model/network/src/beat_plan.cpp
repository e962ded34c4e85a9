// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/network/beat_plan.h>

#include <algorithm>
#include <cmath>

namespace photoplayer::network {
namespace {

/// Appends numbers to a fixed-size row.
class Row {
 public:
  explicit Row(std::span<float> out) : out_(out) { std::fill(out_.begin(), out_.end(), 0.0F); }
  void number(float value) { out_[at_++] = value; }
  void one_hot(int index, int count) {
    if (index >= 0 && index < count) out_[at_ + static_cast<std::size_t>(index)] = 1.0F;
    at_ += static_cast<std::size_t>(count);
  }
  void maybe(const std::optional<float>& value) {
    number(value.value_or(0.0F));
    number(value ? 1.0F : 0.0F);
  }

 private:
  std::span<float> out_;
  std::size_t at_ = 0;
};

}  // namespace

void encode(const BeatPlan& plan, std::span<float> out) {
  Row row(out);
  row.one_hot(plan.chord_root, 12);
  for (int p = 0; p < 12; ++p) row.number((plan.chord_chroma >> p) & 1U ? 1.0F : 0.0F);
  row.one_hot(plan.beat_in_bar, 4);
  row.one_hot(plan.bar_in_phrase, 8);
  row.maybe(plan.density);
  for (int i = 0; i < stream::kLayers; ++i) row.number(plan.layers && ((*plan.layers >> i) & 1U) ? 1.0F : 0.0F);
  row.number(plan.layers ? 1.0F : 0.0F);
  for (float hit : plan.hits) row.number(hit);
  row.number(plan.beats_to_end);
  row.number(plan.beats_per_bar == 3 ? 1.0F : 0.0F);
}

void encode(const GlobalPlan& plan, std::span<float> out) {
  Row row(out);
  for (float weight : plan.style) row.number(weight);
  row.one_hot(plan.scale ? static_cast<int>(*plan.scale) : -1, stream::kScaleModes);
  row.maybe(plan.valence);
  row.maybe(plan.arousal);
  row.number(static_cast<float>(std::log2(std::clamp(plan.tempo_bpm, 30.0, 300.0) / 100.0)));
}

float density_of(float pitched_onsets_per_beat) {
  return std::min(1.2F, std::log2(1.0F + std::max(0.0F, pitched_onsets_per_beat)) / 4.0F);
}

}  // namespace photoplayer::network
