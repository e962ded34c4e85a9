// SPDX-License-Identifier: Apache-2.0
#pragma once
/// All pieces as flat tensors, and random windows of them as the network sees them. Built once, cached in the run
/// folder. After building, reading is const and safe from several threads.
#include <photoplayer/network/dit.h>
#include <torch/torch.h>

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "train_config.h"

namespace photoplayer::train {

/// Tensors on the dataset's device.
struct Window {
  torch::Tensor latents;         ///< [batch, beats, dims], normalised
  torch::Tensor plan;            ///< [batch, beats, kPlanNumbers]
  torch::Tensor global;          ///< [batch, kGlobalNumbers]
  torch::Tensor glances;         ///< [batch, beats, 32]
  torch::Tensor place;           ///< [batch, beats, 5]
  torch::Tensor beat_semantic;   ///< [batch, beats, 512], zeros where unseen
  torch::Tensor onset_density;   ///< [batch, beats, 4] of the music itself
  network::SeenConditions seen;  ///< `rhythm` holds the music's own; the trainer mixes predicted ones in
};

class Dataset {
 public:
  /// From the run folder's cache, or made anew on all cores and cached.
  [[nodiscard]] static Result<Dataset> build_or_load(const TrainConfig& config,
                                                     const std::function<void(double)>& progress);

  [[nodiscard]] std::int64_t beats() const { return plan_.size(0); }
  [[nodiscard]] std::int64_t pieces() const { return piece_start_.size(0); }
  [[nodiscard]] const std::vector<std::string>& sources() const { return sources_; }
  /// Moves to `device` whatever windows are gathered from.
  void to(const torch::Device& device);
  /// Dense rolls of these beats, [n, 1220].
  [[nodiscard]] torch::Tensor rolls(const torch::Tensor& beats) const;
  [[nodiscard]] torch::Tensor random_beats(std::int64_t n, std::mt19937_64& random) const;
  /// The latents of every beat, [beats, dims], kept by the dataset from then on.
  void set_latents(torch::Tensor latents) { latents_ = std::move(latents); }
  [[nodiscard]] Window random_window(int batch, int beats, std::mt19937_64& random) const;

 private:
  struct Draw;
  void sort_pieces(const TrainConfig& config);
  [[nodiscard]] std::int64_t random_piece(std::mt19937_64& random) const;
  [[nodiscard]] Draw draw(int batch, int beats, std::mt19937_64& random) const;
  [[nodiscard]] std::int64_t random_still(const float* global, std::mt19937_64& random) const;
  [[nodiscard]] Result<void> build(const TrainConfig& config, const std::function<void(double)>& progress);
  [[nodiscard]] Result<void> read_bank(const std::string& path);

  // What is drawn from stays on the CPU.
  torch::Tensor piece_start_, piece_beats_;  ///< [pieces] int64
  torch::Tensor piece_global_;               ///< [pieces, kGlobalNumbers]
  torch::Tensor bank_affect_, bank_style_;   ///< [stills, 2], [stills, kStyles]
  torch::Tensor global_;                     ///< `piece_global_` on the device
  torch::Tensor plan_;                       ///< [beats, kPlanNumbers], everything known
  torch::Tensor onset_density_;              ///< [beats, 4]
  torch::Tensor glances_;                    ///< [beats, 32], zeros without a picture
  torch::Tensor colour_;                     ///< [rows, 3072] half, square roots
  torch::Tensor colour_row_;                 ///< [beats] int64, −1 without a picture
  torch::Tensor roll_start_, roll_index_;    ///< compressed rows
  torch::Tensor latents_;
  torch::Tensor bank_embedding_;  ///< [stills, 512]
  std::vector<std::string> sources_;
  /// Pieces that are as long as a window: all, those with a picture, those from scores; and how often the latter two
  /// are drawn from.
  std::vector<std::int64_t> long_, pictured_, read_;
  float pictured_share_ = 0.0F, read_share_ = 0.0F;
};

}  // namespace photoplayer::train
