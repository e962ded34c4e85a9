// SPDX-License-Identifier: Apache-2.0
#include "dataset.h"

#include <photoplayer/model/score_layout.h>
#include <photoplayer/network/beat_plan.h>
#include <photoplayer/stream/controls.h>
#include <photoplayer/stream/timeline.h>

#include <cmath>

namespace photoplayer::train {
namespace {

using network::kGlobalNumbers;
using stream::kStyles;

/// Places in a global's numbers, see network::encode.
constexpr int kValence = kStyles + stream::kScaleModes, kArousal = kValence + 2;

float uniform(std::mt19937_64& random) {
  return static_cast<float>(random() >> 40) * 0x1.0p-24F;
}
bool chance(float p, std::mt19937_64& random) {
  return uniform(random) < p;
}
std::int64_t below(std::int64_t n, std::mt19937_64& random) {
  return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
}

/// What a user may leave open is left open in training, too: numbers of a plan or a global, and how often.
struct OpenControl {
  bool of_plan;
  int first, count;
  float share;
};
constexpr OpenControl kOpen[] = {
    {false, 0, kStyles, 0.15F},                                      // style
    {false, kValence, 2, 0.2F},                                      // valence
    {false, kArousal, 2, 0.2F},                                      // arousal
    {true, 0, 24, 0.1F},                                             // chord
    {true, 36, 2, 0.15F},                                            // density
    {true, 38, stream::kLayers + 1, 0.15F},                          // layers
    {true, 38 + stream::kLayers + 1, stream::kStepsPerBeat, 0.15F},  // hits
};
constexpr auto kOpenCount = static_cast<std::int64_t>(std::size(kOpen));

}  // namespace

/// What is random about a batch of windows; few numbers, drawn on the CPU whatever the device.
struct Dataset::Draw {
  torch::Tensor rows;         ///< [batch, beats] beats of the dataset
  torch::Tensor pieces;       ///< [batch]
  torch::Tensor horizon;      ///< [batch, 1] beats of which the picture is known
  torch::Tensor stills;       ///< [batch, beats / 2] rows of the bank, −1 = unseen
  torch::Tensor hide_colour;  ///< [batch, 1] bool
  torch::Tensor hide_rhythm;  ///< [batch, 1] bool
  torch::Tensor open;         ///< [batch, kOpenCount] bool
};

void Dataset::to(const torch::Device& device) {
  for (auto* tensor : {&global_, &plan_, &onset_density_, &glances_, &colour_, &colour_row_, &roll_start_, &roll_index_,
                       &latents_, &bank_embedding_}) {
    if (tensor->defined()) *tensor = tensor->to(device);
  }
}

torch::Tensor Dataset::random_beats(std::int64_t n, std::mt19937_64& random) const {
  std::vector<std::int64_t> picks(static_cast<std::size_t>(n));
  for (auto& pick : picks) pick = below(beats(), random);
  return torch::tensor(picks);
}

torch::Tensor Dataset::rolls(const torch::Tensor& beats) const {
  const auto rows = beats.to(roll_start_.device());
  const auto start = roll_start_.index_select(0, rows);
  const auto count = roll_start_.index_select(0, rows + 1) - start;
  // The i-th of all ones lies as far behind its own row's first as it is behind that first in this list.
  const auto before = count.cumsum(0) - count;
  const auto ones = (start - before).repeat_interleave(count);
  const auto place = torch::arange(ones.size(0), ones.options()) + ones;
  const auto row = torch::arange(rows.size(0), rows.options()).repeat_interleave(count);
  auto dense = torch::zeros({rows.size(0), model::kBeatNumbers}, rows.options().dtype(torch::kFloat));
  dense.view(-1).index_fill_(0, row * model::kBeatNumbers + roll_index_.index_select(0, place), 1.0);
  return dense;
}

std::int64_t Dataset::random_still(const float* global, std::mt19937_64& random) const {
  // The best of a few random stills: tied to the music's affect and style, yet varied.
  const auto* affect = bank_affect_.data_ptr<float>();
  const auto* styles = bank_style_.data_ptr<float>();
  const int tries = 1 + static_cast<int>(below(24, random));
  std::int64_t best = 0;
  float best_cost = 1e9F;
  for (int i = 0; i < tries; ++i) {
    const auto row = below(bank_affect_.size(0), random);
    float match = 0.0F;
    for (int s = 0; s < kStyles; ++s) match += global[s] * styles[row * kStyles + s];
    const float cost = std::hypot(affect[row * 2] - global[kValence], affect[row * 2 + 1] - global[kArousal]) - match;
    if (cost < best_cost) best_cost = cost, best = row;
  }
  return best;
}

std::int64_t Dataset::random_piece(std::mt19937_64& random) const {
  const float which = uniform(random);
  const auto* from = &long_;
  if (which < pictured_share_) {
    if (!pictured_.empty()) from = &pictured_;
  } else if (which < pictured_share_ + read_share_) {
    if (!read_.empty()) from = &read_;
  }
  return (*from)[static_cast<std::size_t>(below(static_cast<std::int64_t>(from->size()), random))];
}

Dataset::Draw Dataset::draw(int batch, int beats, std::mt19937_64& random) const {
  const auto slow = beats / 2;
  Draw drawn{torch::empty({batch, beats}, torch::kLong),     torch::empty({batch}, torch::kLong),
             torch::empty({batch, 1}, torch::kLong),         torch::full({batch, slow}, -1, torch::kLong),
             torch::empty({batch, 1}, torch::kBool),         torch::empty({batch, 1}, torch::kBool),
             torch::empty({batch, kOpenCount}, torch::kBool)};
  const auto* start = piece_start_.data_ptr<std::int64_t>();
  const auto* length = piece_beats_.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < batch; ++i) {
    const auto piece = random_piece(random);
    const auto first = start[piece] + below(length[piece] - beats + 1, random);
    drawn.pieces.data_ptr<std::int64_t>()[i] = piece;
    for (int b = 0; b < beats; ++b) drawn.rows.data_ptr<std::int64_t>()[i * beats + b] = first + b;

    // The picture is known up to a random beat: the look-ahead of a live window has not been seen.
    const auto horizon = chance(0.3F, random) ? beats : 8 + below(beats - 7, random);
    drawn.horizon.data_ptr<std::int64_t>()[i] = horizon;
    // Guidance needs a null branch: now and then everything seen is dropped, and each part alone.
    const bool nothing = chance(0.1F, random);
    drawn.hide_colour.data_ptr<bool>()[i] = nothing || chance(0.2F, random);
    drawn.hide_rhythm.data_ptr<bool>()[i] = nothing || chance(0.1F, random);
    if (!nothing && bank_embedding_.defined() && chance(0.8F, random)) {
      const float* global = piece_global_.data_ptr<float>() + piece * kGlobalNumbers;
      std::int64_t still = -1;
      for (int k = 0; k < slow && 2 * k < horizon; ++k) {
        if (still < 0 || chance(0.08F, random)) still = random_still(global, random);
        drawn.stills.data_ptr<std::int64_t>()[i * slow + k] = still;
      }
    }
    for (std::int64_t c = 0; c < kOpenCount; ++c) {
      drawn.open.data_ptr<bool>()[i * kOpenCount + c] = chance(kOpen[c].share, random);
    }
  }
  return drawn;
}

Window Dataset::random_window(int batch, int beats, std::mt19937_64& random) const {
  const auto drawn = draw(batch, beats, random);
  const auto device = plan_.device();
  const auto slow = beats / 2;
  const auto rows = drawn.rows.to(device);
  const auto gather = [&](const torch::Tensor& flat, const torch::Tensor& index) {
    auto shape = index.sizes().vec();
    shape.push_back(flat.size(-1));
    return flat.index_select(0, index.reshape(-1)).view(shape);
  };

  Window window;
  if (latents_.defined()) window.latents = gather(latents_, rows);
  window.plan = gather(plan_, rows);
  window.onset_density = gather(onset_density_, rows);
  window.global = gather(global_, drawn.pieces.to(device));
  window.place = torch::cat({window.plan.narrow(-1, 24, 4),
                             window.global.narrow(-1, kGlobalNumbers - 1, 1).unsqueeze(1).expand({batch, beats, 1})},
                            -1);

  const auto beat = torch::arange(beats, torch::TensorOptions(torch::kLong).device(device));
  const auto known = beat < drawn.horizon.to(device);  // [batch, beats]
  window.glances = gather(glances_, rows) * known.unsqueeze(-1);

  auto& seen = window.seen;
  const auto every_other = [](const torch::Tensor& x) { return x.slice(1, 0, c10::nullopt, 2); };
  seen.slow_beats = torch::arange(0, beats, 2, torch::TensorOptions(torch::kFloat).device(device));
  const auto colour_rows = colour_row_.index_select(0, every_other(rows).reshape(-1)).view({batch, slow});
  seen.colour_visible = (colour_rows >= 0) & every_other(known) & drawn.hide_colour.to(device).logical_not();
  seen.colour =
      gather(colour_, colour_rows.clamp_min(0)).to(torch::kFloat).square_() * seen.colour_visible.unsqueeze(-1);
  const auto stills = drawn.stills.to(device);
  seen.semantic_visible = stills >= 0;
  seen.semantic =
      bank_embedding_.defined()
          ? gather(bank_embedding_, stills.clamp_min(0)) * seen.semantic_visible.unsqueeze(-1)
          : torch::zeros({batch, slow, static_cast<std::int64_t>(stream::kSemanticDims)}, window.plan.options());
  window.beat_semantic = seen.semantic.repeat_interleave(2, 1);
  seen.rhythm = window.onset_density.clone();
  seen.rhythm_visible = drawn.hide_rhythm.to(device).logical_not().expand({batch, beats});

  const auto open = drawn.open.to(device);
  for (std::int64_t c = 0; c < kOpenCount; ++c) {
    auto& numbers = kOpen[c].of_plan ? window.plan : window.global;
    auto which = open.select(1, c);
    for (auto dim = numbers.dim(); dim > 1; --dim) which = which.unsqueeze(-1);
    numbers.narrow(-1, kOpen[c].first, kOpen[c].count).masked_fill_(which, 0.0);
  }
  return window;
}

}  // namespace photoplayer::train
