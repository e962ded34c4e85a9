// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a Diff-V2M network is made of, and which of its two readings is meant. No LibTorch here.
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <string>
#include <vector>

namespace photoplayer::diffv2m {

/// Where the paper and the released code differ for the same weights. The table with reasons is in docs/numerics.md.
struct Compat {
  enum class Affective { kRhythm, kColour };
  enum class Positions { kNone, kSeconds };

  Affective affective_source = Affective::kRhythm;  ///< what cross_attn0 attends to
  bool residual_overwrite = true;                   ///< LayerNorm replaces the residual stream, twice per block
  bool renormalise_predicted_rhythm = false;        ///< to mean 0, deviation 1 over the clip, as real rhythm is
  bool causal_predictor = false;                    ///< no second sees a later one
  Positions cond_positions = Positions::kNone;      ///< rotary positions in cross-attention

  [[nodiscard]] static Compat released() { return {}; }
  [[nodiscard]] static Compat paper() { return {Affective::kColour, false, true, true, Positions::kSeconds}; }
};

/// How the semantic branch s and the rhythm branch r of a block join.
struct Fusion {
  enum class Mix {
    kSwitch,    ///< s above switch_t, r at it and below
    kSum,       ///< s + r
    kGate,      ///< a(t) s + (1 − a(t)) r
    kAverage,   ///< (s + r) / 2
    kSemantic,  ///< s
  };
  enum class Film { kNone, kBefore, kAfter };  ///< before attention it acts on the context, and compounds over layers

  Mix mix = Mix::kAverage;
  Film film = Film::kNone;
  bool affective = true;  ///< whether cross_attn0 is there

  [[nodiscard]] bool uses_rhythm() const { return mix != Mix::kSemantic; }
  /// Of an `attention_weight_type`. Every name means something: what the authors' code does not know averages.
  [[nodiscard]] static Fusion from_name(const std::string& name);
};

struct PredictorConfig {
  std::int64_t width = 512;
  std::int64_t depth = 12;
  std::int64_t head_dims = 64;
};

struct ClipConfig {
  std::int64_t width = 768;
  std::int64_t depth = 12;
  std::int64_t heads = 12;
  std::int64_t out = 512;
  std::int64_t patch = 32;
  std::int64_t side = 224;
};

struct VaeConfig {
  std::int64_t channels = 128;
  std::vector<std::int64_t> c_mults = {1, 2, 4, 8, 16};
  std::vector<std::int64_t> strides = {2, 4, 4, 8, 8};
  std::int64_t latent_dims = 64;
};

struct Config {
  Compat compat;
  std::string attention_weight_type = "FiLM_choose";
  std::int64_t width = 1536;
  std::int64_t depth = 24;
  std::int64_t head_dims = 64;
  std::int64_t cond_dims = 768;
  std::int64_t latent_dims = 64;
  std::int64_t semantic_dims = 512;
  std::int64_t colour_dims = 3072;
  std::int64_t max_seconds = 30;  ///< condition tokens per context, at 1 Hz
  double seconds_range = 30.0;    ///< seconds_start and seconds_total as a share of this
  PredictorConfig predictor;
  ClipConfig clip;
  VaeConfig vae;
  double switch_t = 0.2;
  int steps = 25;
  double guidance = 3.0;
  std::int64_t window_rows = 152;
  double latents_per_second = 44100.0 / 2048.0;

  // The same in every published file; read from the tensors' shapes all the same.
  std::int64_t feed_forward_dims = 6144;
  std::int64_t predictor_feed_forward_dims = 2048;
  std::int64_t fourier_dims = 128;
  std::int64_t seconds_fourier_dims = 128;
  std::int64_t film_dims = 64;
  std::int64_t film_hidden_dims = 256;
  std::int64_t gate_hidden_dims = 768;
  std::int64_t semantic_hidden_dims = 0;  ///< 0: semantic features go straight to proj_out2
  std::int64_t rhythm_dims = 1;
  std::int64_t rhythm_hidden_dims = 512;
  std::int64_t colour_hidden_dims = 1024;
  std::int64_t beat_hidden_dims = 128;
  std::int64_t classes = 3;
  std::int64_t predictor_classes = 3;

  [[nodiscard]] Fusion fusion() const { return Fusion::from_name(attention_weight_type); }
  /// With the sizes that the authors' classes derive from others, for networks of another width than the published.
  [[nodiscard]] Config with_derived_sizes() const;
};

/// Of a bundle's `config` object. Absent keys keep their defaults. Beside "compat": "released" | "paper", each switch
/// may be set by its own name ("affective_source": "rhythm" | "colour", "cond_positions": "none" | "seconds", the
/// others true | false). Fails with kBadBundle.
[[nodiscard]] Result<Config> config_from_json(const std::string& json);
/// A JSON object as text, with what a bundle's `config` says of sizes and of playing, in the contract's order; which
/// reading is meant, its writer adds.
[[nodiscard]] std::string sizes_to_json(const Config& config);

}  // namespace photoplayer::diffv2m
