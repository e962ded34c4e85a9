// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/composer.h>
#include <photoplayer/train/piece_features.h>
#include <photoplayer/train/score_reader.h>
#include <photoplayer/train/visual_track.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "dataset.h"
#include "parallel.h"
#include "plain_tensors.h"

namespace photoplayer::train {
namespace {

namespace fs = std::filesystem;
using network::kGlobalNumbers;
using network::kPlanNumbers;

std::vector<Piece> gather_pieces(const TrainConfig& config, const std::function<void(double)>& progress) {
  std::vector<Piece> pieces(static_cast<std::size_t>(config.composed_pieces));
  parallel_for(
      pieces.size(),
      [&](std::size_t i) {
        ComposeSettings settings;
        settings.style = static_cast<int>(i % stream::kStyles);
        settings.seed = config.seed * 1000003ULL + i;
        pieces[i] = compose(settings);
      },
      progress);
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
  const std::vector<torch::Tensor*> kept = {
      &set.piece_start_, &set.piece_beats_, &set.piece_global_, &set.plan_,       &set.onset_density_,
      &set.glances_,     &set.colour_,      &set.colour_row_,   &set.roll_start_, &set.roll_index_};
  if (fs::exists(cache)) {
    std::vector<torch::Tensor> all;
    torch::load(all, cache.string());
    for (std::size_t i = 0; i < kept.size(); ++i) *kept[i] = all.at(i);
    std::ifstream file(names);
    for (std::string line; std::getline(file, line);) set.sources_.push_back(line);
  } else {
    if (auto built = set.build(config, progress); !built) return tl::unexpected(built.error());
    if (config.keep_dataset) {
      std::vector<torch::Tensor> all;
      for (const auto* tensor : kept) all.push_back(*tensor);
      torch::save(all, cache.string());
    }
    std::ofstream file(names);
    for (const auto& source : set.sources_) file << source << '\n';
  }
  set.global_ = set.piece_global_;
  set.sort_pieces(config);
  if (set.long_.empty()) {
    return fail(ErrorCode::kBadInput,
                "no piece is as long as a window of " + std::to_string(config.window_beats) + " beats");
  }
  if (!config.semantic_bank.empty()) {
    if (auto read = set.read_bank(config.semantic_bank); !read) return tl::unexpected(read.error());
  }
  progress(1.0);
  return set;
}

Result<void> Dataset::build(const TrainConfig& config, const std::function<void(double)>& progress) {
  auto pieces = gather_pieces(config, [&](double share) { progress(0.1 * share); });
  if (pieces.empty()) return fail(ErrorCode::kBadInput, "no pieces to train on");
  std::mt19937_64 random(config.seed);
  std::shuffle(pieces.begin(), pieces.end(), random);

  std::vector<VisualTrack> tracks(
      std::min<std::size_t>(static_cast<std::size_t>(config.pieces_with_pictures), pieces.size()));
  parallel_for(
      tracks.size(), [&](std::size_t i) { tracks[i] = see_piece(pieces[i], config.seed + 77 * i, {}); },
      [&](double share) { progress(0.1 + 0.7 * share); });
  std::vector<PieceFeatures> features(pieces.size());
  parallel_for(
      pieces.size(), [&](std::size_t i) { features[i] = features_of(pieces[i]); },
      [&](double share) { progress(0.8 + 0.15 * share); });

  std::vector<std::int64_t> start, count, colour_row, roll_start{0};
  std::vector<std::int16_t> roll_index;
  std::vector<float> global, plan, density, glances;
  std::vector<torch::Tensor> colour;
  std::int64_t beat_count = 0, colour_count = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto& piece = pieces[i];
    start.push_back(beat_count);
    count.push_back(piece.beats);
    beat_count += piece.beats;
    sources_.push_back(piece.source);
    global.resize(global.size() + kGlobalNumbers);
    network::encode(features[i].global, std::span(global).last(kGlobalNumbers));
    const bool pictured = i < tracks.size() && !tracks[i].glances.empty();
    for (int b = 0; b < piece.beats; ++b) {
      const auto at = static_cast<std::size_t>(b);
      plan.resize(plan.size() + kPlanNumbers);
      network::encode(features[i].plans[at], std::span(plan).last(kPlanNumbers));
      for (float value : features[i].onset_density[at]) density.push_back(value);
      for (int s = 0; s < stream::kStepsPerBeat; ++s) {
        const auto step = static_cast<std::size_t>(b * stream::kStepsPerBeat + s);
        const auto glance = pictured && step < tracks[i].glances.size() ? tracks[i].glances[step] : stream::Glance{};
        for (float value : glance.values()) glances.push_back(value);
      }
      std::int64_t row = -1;
      if (pictured) {
        const auto second = static_cast<std::int64_t>(b * 60.0 / piece.tempo_bpm);
        if (second < tracks[i].seconds) row = colour_count + second;
      }
      colour_row.push_back(row);
      const auto& roll = features[i].roll[at];
      roll_index.insert(roll_index.end(), roll.begin(), roll.end());
      roll_start.push_back(static_cast<std::int64_t>(roll_index.size()));
    }
    features[i] = {};
    if (pictured) {
      const auto dims = static_cast<std::int64_t>(stream::kColourDims);
      colour.push_back(torch::from_blob(tracks[i].colours.data(), {tracks[i].seconds, dims}).sqrt().to(torch::kHalf));
      colour_count += tracks[i].seconds;
      tracks[i] = {};
    }
  }
  piece_start_ = torch::tensor(start);
  piece_beats_ = torch::tensor(count);
  piece_global_ = from_floats(global, kGlobalNumbers);
  plan_ = from_floats(plan, kPlanNumbers);
  onset_density_ = from_floats(density, stream::kStepsPerBeat);
  glances_ = from_floats(glances, stream::kStepsPerBeat * static_cast<std::int64_t>(stream::Glance::kDims));
  colour_ = colour.empty() ? torch::zeros({1, static_cast<std::int64_t>(stream::kColourDims)}, torch::kHalf)
                           : torch::cat(colour);
  colour_row_ = torch::tensor(colour_row);
  roll_start_ = torch::tensor(roll_start);
  roll_index_ = torch::tensor(roll_index);
  return {};
}

void Dataset::sort_pieces(const TrainConfig& config) {
  pictured_share_ = static_cast<float>(config.pictured_share), read_share_ = static_cast<float>(config.scores_share);
  const auto* start = piece_start_.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < pieces(); ++i) {
    if (piece_beats_.data_ptr<std::int64_t>()[i] < config.window_beats) continue;
    long_.push_back(i);
    if (colour_row_.data_ptr<std::int64_t>()[start[i]] >= 0) pictured_.push_back(i);
    if (sources_[static_cast<std::size_t>(i)].rfind("composer:", 0) != 0) read_.push_back(i);
  }
}

Result<void> Dataset::read_bank(const std::string& path) {
  auto bank = read_plain_tensors(path);
  if (!bank) return tl::unexpected(bank.error());
  for (const char* name : {"embedding", "valence", "arousal", "style"}) {
    if (!bank->tensors.count(name)) return fail(ErrorCode::kBadInput, "'" + path + "' has no tensor '" + name + "'");
  }
  const auto read = [&](const char* name, std::int64_t columns) {
    return from_floats(bank->tensors[name].values, columns);
  };
  bank_embedding_ = read("embedding", stream::kSemanticDims);
  bank_affect_ = torch::cat({read("valence", 1), read("arousal", 1)}, 1);
  bank_style_ = read("style", stream::kStyles);
  return {};
}

}  // namespace photoplayer::train
