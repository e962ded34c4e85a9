// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The JSON config of a training run; every field has a default that suits two CPU cores.
#include <photoplayer/stream/result.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace photoplayer::train {

struct TrainConfig {
  std::string family = "parlour";          ///< of bundle; the only one that is trained here
  std::string run_folder = "build/train";  ///< dataset cache, checkpoints, log.jsonl
  std::string bundle_out;                  ///< where the bundle goes at the end; empty = none
  std::string scores;                      ///< folder with openscore-lieder/ and free-music/; empty = composer only
  std::string semantic_weights;            ///< safetensors of the semantic encoder, copied into the bundle
  std::string semantic_bank;               ///< safetensors with embedding, valence, arousal, style
  std::string start_bundle;                ///< go on from this bundle's weights, all of them; empty = from nothing
  std::string vae_start;                   ///< weights of an earlier run's VAE (its vae.pt) to go on from; empty = none
  std::string name = "parlour";
  std::uint64_t seed = 1;
  int composed_pieces = 4000;
  int pieces_with_pictures = 2000;
  int lieder_files = 100000;
  double pictured_share = 0.3;  ///< of the windows that are from pieces with a picture
  double scores_share = 0.12;   ///< of the windows that are from scores
  bool keep_dataset = true;     ///< in the run folder, for when it goes on
  double vae_minutes = 8.0;
  double joint_minutes = 60.0;
  std::string device = "cpu";  ///< or "cuda": one replica, and batches of a thousand or more keep it busy
  bool bf16 = false;           ///< products of transformer and predictor in bf16
  int replicas = 2;            ///< data-parallel copies, one core each
  int vae_batch = 512;
  int joint_batch = 32;
  int window_beats = 32;
  double vae_rate = 1e-3;
  double joint_rate = 8e-4;
  double distil_minutes = 0.0;  ///< of few-step distillation after the joint training; 0 = none
  double distil_rate = 3e-4;
  int distil_batch = 0;  ///< 0: as in joint training; one of its steps costs as much as ten
  double distil_guidance = 1.5;
  int distil_steps = 4;                  ///< with which the bundle is to be played then
  std::string distil_start;              ///< the student goes on from this bundle; empty = from its teacher
  std::vector<std::string> distil_only;  ///< of the transformer, only what has one of these in its name; empty = all
  double kl_weight = 0.006;
  double ema_decay = 0.998;
  std::string fusion = "FiLM_gate";
  bool clean_context = true;  ///< windows begin with finished beats, as at play
  int width = 256, depth = 5;
  std::array<int, 5> layer_latents = {20, 24, 20, 14, 18};  ///< of melody, harmony, figure, bass, drums
};

[[nodiscard]] Result<TrainConfig> read_train_config(const std::string& path);

}  // namespace photoplayer::train
