// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The JSON config of a sound training run. Every field has a default; the defaults are a toy that two CPU cores train
/// in minutes. Sizes and rates as published stand behind the fields that differ from them.
#include <photoplayer/diffv2m/config.h>
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <string>
#include <vector>

namespace photoplayer::train {

struct SoundDataConfig {
  int clips = 24;              ///< of half a minute, each from a piece of its own
  int held_out = 4;            ///< of these, never trained on
  std::string rhythm = "odf";  ///< what the predictor learns: odf | mel | tempogram
  std::string soundfont;       ///< empty: the synthesiser's choice
};

struct AutoencoderConfig {
  std::int64_t channels = 8;  ///< published: 128
  /// Published: 1, 2, 4, 8, 16. With 8 channels that is too narrow for pitches; where latents are slow, width is cheap.
  std::vector<std::int64_t> c_mults = {1, 2, 4, 16, 32};
  std::vector<std::int64_t> strides = {2, 4, 4, 8, 8};  ///< product 2048, or no player takes the bundle
  std::int64_t latent_dims = 64;
  std::int64_t steps = 4000;
  std::int64_t batch = 2;
  std::int64_t segment_latents = 8;  ///< published: 32 (1.5 s)
  double rate = 1.5e-3, discriminator_rate = 3e-4;
  double waveform_first = 0.6;  ///< share of the steps that learn by waveform and divergence alone; published: 0
  double warm_up = 0.9;         ///< share of the steps without the adversary
  double kl_weight = 1e-5;      ///< published: 1e-4
  double stft_weight = 1.0, adversarial_weight = 0.1, feature_weight = 5.0;
  double clip_gradient = 1.0;     ///< of either side; published: 0, none
  double waveform_weight = 20.0;  ///< of the mean absolute difference; published: 0, see train/README.md
  std::vector<std::int64_t> loss_windows = {2048, 1024, 512, 256, 128, 64, 32};
  std::int64_t discriminator_filters = 4;                              ///< published: 64
  std::vector<std::int64_t> discriminator_windows = {1024, 512, 256};  ///< published: 2048 … 128
};

struct DiffusionConfig {
  std::string compat = "paper";                                         ///< paper | released
  std::string attention_weight_type = "FiLM_choose";                    ///< any name of the published program
  std::int64_t width = 128, depth = 2, head_dims = 64, cond_dims = 64;  ///< published: 1536, 24, 64, 768
  std::int64_t predictor_width = 64, predictor_depth = 2;               ///< published: 512, 12
  std::int64_t colour_hidden = 64, rhythm_hidden = 64;                  ///< published: 1024, 512
  std::int64_t steps = 1000, batch = 8;                                 ///< published: about 7500 of 256
  std::int64_t window_rows = 86;  ///< latents per item, as many as are played at once; published: 645
  double rate = 1e-3;             ///< published: 1e-4
  double weight_decay = 1e-3, ema_decay = 0.9999, clip_gradient = 1.0;
  double dropout_each = 0.1;  ///< of each condition alone
  double dropout_all = 0.05;  ///< of all at once: what guidance subtracts; published: as rare as 0.1³
  double partial_view = 0.5;  ///< share of batches that see the picture only up to their own end, as at play
  double rhythm_weight = 1.0;
  bool rhythm_gradient = true;  ///< the generator's loss teaches the predictor, too; published: false
};

/// Which rhythm steers the generator while it learns.
struct ConditioningConfig {
  std::string mode = "scheduled";  ///< scheduled | real | predicted
  double real_until = 0.2;         ///< share of the steps; then the real rhythm becomes rarer …
  double predicted_from = 0.6;     ///< … up to here
  double least_real = 0.0;         ///< and stays this frequent
};

struct AblationConfig {
  bool no_rhythm = false, no_colour = false, no_visual_rhythm = false;
  bool separate = false;        ///< first the predictor alone, then, frozen, the generator
  double separate_share = 0.3;  ///< of the steps for the predictor
};

/// The tower that gives pictures meaning is not trained here.
struct TowerConfig {
  std::string bundle;  ///< take it from this sound bundle; empty: random weights of the sizes below
  std::int64_t width = 64, depth = 2, heads = 1, out = 64;
};

struct SoundConfig {
  std::string family = "diffv2m";
  std::string run_folder = "build/train-sound";  ///< data, checkpoints, log.jsonl
  std::string bundle_out;                        ///< empty = none
  std::string name = "sound";
  std::string storage = "f16";  ///< of matrices in the bundle: f32 | f16 | bf16
  std::uint64_t seed = 1;
  std::string device = "cpu";  ///< cpu | cuda
  bool bf16 = false;           ///< autocast
  int threads = 0;             ///< 0: LibTorch's choice
  double save_minutes = 3.0;
  SoundDataConfig data;
  AutoencoderConfig vae;
  DiffusionConfig dit;
  ConditioningConfig conditioning;
  AblationConfig ablation;
  TowerConfig tower;
};

/// Fails with kBadInput and names the field: unknown, of another type, or out of range.
[[nodiscard]] Result<SoundConfig> read_sound_config(const std::string& path);
[[nodiscard]] Result<SoundConfig> sound_config_from_text(const std::string& json, const std::string& origin);
[[nodiscard]] std::string text_of(const SoundConfig& config);

/// The network that these switches mean. `no_rhythm` leaves out the branch: none, or only_clip where the affective
/// slot would hear rhythm as well.
[[nodiscard]] diffv2m::Config network_config(const SoundConfig& config);

}  // namespace photoplayer::train
