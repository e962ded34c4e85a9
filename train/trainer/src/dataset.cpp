// SPDX-License-Identifier: Apache-2.0
#include "dataset.h"

#include <photoplayer/model/score_layout.h>
#include <photoplayer/train/composer.h>
#include <photoplayer/train/piece_features.h>
#include <photoplayer/train/score_reader.h>
#include <photoplayer/train/visual_track.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <thread>

#include "plain_tensors.h"

namespace photoplayer::train {
namespace {

namespace fs = std::filesystem;
using network::kGlobalNumbers;
using network::kPlanNumbers;

float uniform(std::mt19937_64& random) {
  return static_cast<float>((random() >> 40) * 0x1.0p-24);
}
bool chance(float p, std::mt19937_64& random) {
  return uniform(random) < p;
}

std::vector<Piece> gather_pieces(const TrainConfig& config, const std::function<void(double)>& progress) {
  std::vector<Piece> pieces;
  for (int i = 0; i < config.composed_pieces; ++i) {
    ComposeSettings settings;
    settings.style = i % stream::kStyles;
    settings.seed = config.seed * 1000003ULL + static_cast<std::uint64_t>(i);
    pieces.push_back(compose(settings));
    progress(0.1 * i / config.composed_pieces);
  }
  if (config.scores.empty()) return pieces;
  const auto read_folder = [&](const char* folder, ScoreKind kind, int limit) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(fs::path(config.scores) / folder)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (std::size_t i = 0; i < std::min(files.size(), static_cast<std::size_t>(limit)); ++i) {
      // Every twentieth score is held out for evaluation.
      if (i % 20 == 19) continue;
      if (auto read = read_score(files[i], kind)) {
        for (auto& piece : *read) pieces.push_back(std::move(piece));
      }
    }
  };
  read_folder("free-music", ScoreKind::kGeneralMidi, config.lieder_files);
  read_folder("openscore-lieder", ScoreKind::kLieder, config.lieder_files);
  return pieces;
}

torch::Tensor from_floats(const std::vector<float>& values, std::int64_t columns) {
  return torch::tensor(values).view({-1, columns});
}

}  // namespace

Result<Dataset> Dataset::build_or_load(const TrainConfig& config, const std::function<void(double)>& progress) {
  Dataset set;
  const auto cache = fs::path(config.run_folder) / "dataset.pt";
  const auto names = fs::path(config.run_folder) / "sources.txt";
  if (fs::exists(cache)) {
    std::vector<torch::Tensor> all;
    torch::load(all, cache.string());
    set.piece_start_ = all[0], set.piece_beats_ = all[1], set.global_ = all[2], set.plan_ = all[3];
    set.onset_density_ = all[4], set.glances_ = all[5], set.colour_ = all[6], set.colour_row_ = all[7];
    set.roll_start_ = all[8], set.roll_index_ = all[9];
    std::ifstream file(names);
    for (std::string line; std::getline(file, line);) set.sources_.push_back(line);
  } else {
    auto pieces = gather_pieces(config, progress);
    std::mt19937_64 random(config.seed);
    std::shuffle(pieces.begin(), pieces.end(), random);
    if (pieces.empty()) return fail(ErrorCode::kBadInput, "no pieces to train on");

    const auto pictured = std::min<std::size_t>(static_cast<std::size_t>(config.pieces_with_pictures), pieces.size());
    std::vector<VisualTrack> tracks(pictured);
    std::vector<std::thread> workers;
    std::atomic<std::size_t> next{0};
    for (int w = 0; w < config.replicas; ++w) {
      workers.emplace_back([&] {
        for (std::size_t i = next++; i < pictured; i = next++) {
          tracks[i] = see_piece(pieces[i], config.seed + 77 * i, {});
        }
      });
    }
    for (auto& worker : workers) worker.join();
    progress(0.8);

    std::vector<std::int64_t> start, count, colour_row, roll_start{0};
    std::vector<std::int16_t> roll_index;
    std::vector<float> global, plan, density, glances;
    std::vector<torch::Tensor> colour;
    std::int64_t beat_count = 0, colour_count = 0;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const auto& piece = pieces[i];
      const auto features = features_of(piece);
      start.push_back(beat_count);
      count.push_back(piece.beats);
      beat_count += piece.beats;
      set.sources_.push_back(piece.source);
      global.resize(global.size() + kGlobalNumbers);
      network::encode(features.global, std::span(global).last(kGlobalNumbers));
      const bool pictured_piece = i < pictured && !tracks[i].glances.empty();
      for (int b = 0; b < piece.beats; ++b) {
        const auto at = static_cast<std::size_t>(b);
        plan.resize(plan.size() + kPlanNumbers);
        network::encode(features.plans[at], std::span(plan).last(kPlanNumbers));
        for (float value : features.onset_density[at]) density.push_back(value);
        for (int s = 0; s < stream::kStepsPerBeat; ++s) {
          const auto step = static_cast<std::size_t>(b * stream::kStepsPerBeat + s);
          const auto glance =
              pictured_piece && step < tracks[i].glances.size() ? tracks[i].glances[step] : stream::Glance{};
          for (float value : glance.values()) glances.push_back(value);
        }
        std::int64_t row = -1;
        if (pictured_piece) {
          const auto second = static_cast<std::size_t>(b * 60.0 / piece.tempo_bpm);
          if (second < static_cast<std::size_t>(tracks[i].seconds))
            row = colour_count + static_cast<std::int64_t>(second);
        }
        colour_row.push_back(row);
        roll_index.insert(roll_index.end(), features.roll[at].begin(), features.roll[at].end());
        roll_start.push_back(static_cast<std::int64_t>(roll_index.size()));
      }
      if (pictured_piece) {
        const auto dims = static_cast<std::int64_t>(stream::kColourDims);
        colour.push_back(torch::from_blob(tracks[i].colours.data(), {tracks[i].seconds, dims}).sqrt().to(torch::kHalf));
        colour_count += tracks[i].seconds;
        tracks[i] = {};
      }
    }
    set.piece_start_ = torch::tensor(start);
    set.piece_beats_ = torch::tensor(count);
    set.global_ = from_floats(global, kGlobalNumbers);
    set.plan_ = from_floats(plan, kPlanNumbers);
    set.onset_density_ = from_floats(density, stream::kStepsPerBeat);
    set.glances_ = from_floats(glances, stream::kStepsPerBeat * static_cast<std::int64_t>(stream::Glance::kDims));
    set.colour_ = colour.empty() ? torch::zeros({1, static_cast<std::int64_t>(stream::kColourDims)}, torch::kHalf)
                                 : torch::cat(colour);
    set.colour_row_ = torch::tensor(colour_row);
    set.roll_start_ = torch::tensor(roll_start);
    set.roll_index_ = torch::tensor(roll_index);
    torch::save(
        std::vector<torch::Tensor>{set.piece_start_, set.piece_beats_, set.global_, set.plan_, set.onset_density_,
                                   set.glances_, set.colour_, set.colour_row_, set.roll_start_, set.roll_index_},
        cache.string());
    std::ofstream file(names);
    for (const auto& source : set.sources_) file << source << '\n';
  }

  if (!config.semantic_bank.empty()) {
    auto bank = read_plain_tensors(config.semantic_bank);
    if (!bank) return tl::unexpected(bank.error());
    const auto read = [&](const char* name, std::int64_t columns) {
      return torch::tensor(bank->tensors[name].values).view({-1, columns});
    };
    for (const char* name : {"embedding", "valence", "arousal", "style"}) {
      if (!bank->tensors.count(name)) {
        return fail(ErrorCode::kBadInput, "'" + config.semantic_bank + "' has no tensor '" + name + "'");
      }
    }
    set.bank_embedding_ = read("embedding", stream::kSemanticDims);
    set.bank_affect_ = torch::cat({read("valence", 1), read("arousal", 1)}, 1);
    set.bank_style_ = read("style", stream::kStyles);
  }
  progress(1.0);
  return set;
}

torch::Tensor Dataset::random_beats(std::int64_t n, std::mt19937_64& random) const {
  std::vector<std::int64_t> picks(static_cast<std::size_t>(n));
  for (auto& pick : picks) pick = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(beats()));
  return torch::tensor(picks);
}

torch::Tensor Dataset::rolls(const torch::Tensor& beats) const {
  const auto n = beats.size(0);
  auto dense = torch::zeros({n, model::kBeatNumbers});
  auto* out = dense.data_ptr<float>();
  const auto* wanted = beats.data_ptr<std::int64_t>();
  const auto* start = roll_start_.data_ptr<std::int64_t>();
  const auto* index = roll_index_.data_ptr<std::int16_t>();
  for (std::int64_t i = 0; i < n; ++i) {
    for (auto at = start[wanted[i]]; at < start[wanted[i] + 1]; ++at) out[i * model::kBeatNumbers + index[at]] = 1.0F;
  }
  return dense;
}

torch::Tensor Dataset::random_still(float valence, float arousal, const float* style, std::mt19937_64& random) const {
  // The best of a few random stills: tied to the music's affect and style, yet varied.
  const auto* affect = bank_affect_.data_ptr<float>();
  const auto* styles = bank_style_.data_ptr<float>();
  const auto n = static_cast<std::uint64_t>(bank_affect_.size(0));
  const int tries = 1 + static_cast<int>(random() % 24);
  std::int64_t best = 0;
  float best_cost = 1e9F;
  for (int i = 0; i < tries; ++i) {
    const auto row = static_cast<std::int64_t>(random() % n);
    float match = 0.0F;
    for (int s = 0; s < stream::kStyles; ++s) match += style[s] * styles[row * stream::kStyles + s];
    const float cost = std::hypot(affect[row * 2] - valence, affect[row * 2 + 1] - arousal) - match;
    if (cost < best_cost) best_cost = cost, best = row;
  }
  return bank_embedding_[best];
}

Window Dataset::random_window(int batch, int beats, std::mt19937_64& random) const {
  Window window;
  const auto slow = beats / 2;
  std::vector<std::int64_t> rows, colour_rows;
  std::vector<std::int64_t> picked;
  for (int i = 0; i < batch; ++i) {
    std::int64_t piece = 0, length = 0;
    do {
      piece = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(pieces()));
      length = piece_beats_.data_ptr<std::int64_t>()[piece];
    } while (length < beats);
    const auto first = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(length - beats + 1));
    picked.push_back(piece);
    for (int b = 0; b < beats; ++b) rows.push_back(piece_start_.data_ptr<std::int64_t>()[piece] + first + b);
  }
  const auto index = torch::tensor(rows);
  const auto shape = [&](const torch::Tensor& flat) { return flat.view({batch, beats, flat.size(-1)}); };
  if (latents_.defined()) window.latents = shape(latents_.index_select(0, index));
  window.plan = shape(plan_.index_select(0, index)).contiguous();
  window.onset_density = shape(onset_density_.index_select(0, index));
  window.glances = shape(glances_.index_select(0, index)).contiguous();
  window.global = global_.index_select(0, torch::tensor(picked)).contiguous();
  window.place = torch::cat({window.plan.narrow(-1, 24, 4),
                             window.global.narrow(-1, kGlobalNumbers - 1, 1).unsqueeze(1).expand({batch, beats, 1})},
                            -1)
                     .contiguous();

  auto& seen = window.seen;
  seen.slow_beats = torch::arange(0, beats, 2, torch::kFloat);
  seen.colour = torch::zeros({batch, slow, static_cast<std::int64_t>(stream::kColourDims)});
  seen.colour_visible = torch::zeros({batch, slow}, torch::kBool);
  seen.semantic = torch::zeros({batch, slow, static_cast<std::int64_t>(stream::kSemanticDims)});
  seen.semantic_visible = torch::zeros({batch, slow}, torch::kBool);
  seen.rhythm = window.onset_density.clone();
  seen.rhythm_visible = torch::ones({batch, beats}, torch::kBool);
  window.beat_semantic = torch::zeros({batch, beats, static_cast<std::int64_t>(stream::kSemanticDims)});

  for (int i = 0; i < batch; ++i) {
    // The picture is known up to a random beat: the look-ahead of a live window has not been seen.
    const int horizon =
        chance(0.3F, random) ? beats : 8 + static_cast<int>(random() % static_cast<std::uint64_t>(beats - 7));
    if (horizon < beats) window.glances[i].narrow(0, horizon, beats - horizon).zero_();
    // Guidance needs a null branch: now and then everything seen is dropped, and each part alone.
    const bool nothing = chance(0.1F, random);
    const bool with_colour = !nothing && chance(0.8F, random);
    const bool with_semantic = !nothing && bank_embedding_.defined() && chance(0.8F, random);
    if (nothing || chance(0.1F, random)) seen.rhythm_visible[i].zero_();

    auto global = window.global[i];
    auto* g = global.data_ptr<float>();
    const float valence = g[stream::kStyles + stream::kScaleModes],
                arousal = g[stream::kStyles + stream::kScaleModes + 2];
    torch::Tensor still;
    for (int k = 0; k < slow && 2 * k < horizon; ++k) {
      const auto row = colour_row_.data_ptr<std::int64_t>()[rows[static_cast<std::size_t>(i * beats + 2 * k)]];
      if (with_colour && row >= 0) {
        const auto root = colour_[row].to(torch::kFloat);
        seen.colour[i][k].copy_(root * root);
        seen.colour_visible[i][k] = true;
      }
      if (with_semantic) {
        if (!still.defined() || chance(0.08F, random)) still = random_still(valence, arousal, g, random);
        seen.semantic[i][k].copy_(still);
        seen.semantic_visible[i][k] = true;
        window.beat_semantic[i].narrow(0, 2 * k, 2).copy_(still.unsqueeze(0).expand({2, -1}));
      }
    }
    // Controls that a user may leave open are left open in training too.
    if (chance(0.15F, random)) global.narrow(0, 0, stream::kStyles).zero_();
    if (chance(0.2F, random)) global.narrow(0, stream::kStyles + stream::kScaleModes, 2).zero_();
    if (chance(0.2F, random)) global.narrow(0, stream::kStyles + stream::kScaleModes + 2, 2).zero_();
    auto plan = window.plan[i];
    if (chance(0.1F, random)) plan.narrow(1, 0, 24).zero_();
    if (chance(0.15F, random)) plan.narrow(1, 36, 2).zero_();
    if (chance(0.15F, random)) plan.narrow(1, 38, stream::kLayers + 1).zero_();
    if (chance(0.15F, random)) plan.narrow(1, 38 + stream::kLayers + 1, stream::kStepsPerBeat).zero_();
  }
  return window;
}

}  // namespace photoplayer::train
