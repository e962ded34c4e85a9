// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/diffv2m/conditioner.h>

#include "block.h"

#include <limits>
#include <numbers>
#include <optional>
#include <utility>

namespace photoplayer::diffv2m {
namespace {

/// Mean 0 and deviation 1 of each item as a whole, as the authors' code does it to CLIP features and to rhythm alike.
torch::Tensor standardised(const torch::Tensor& x) {
  const auto flat = x.flatten(1);
  const auto shape = std::vector<std::int64_t>{x.size(0), 1, 1};
  return (x - flat.mean(1).view(shape)) / (flat.std(1, /*unbiased=*/true).view(shape) + 1e-6);
}

/// One second of the clock as a number from 0 to 1 and its sines.
struct SecondsEmbedding {
  torch::Tensor frequencies;
  Linear linear;
  explicit SecondsEmbedding(const Source& source)
      : frequencies(source.numbers("0.weights")), linear(source.small_linear("1")) {}
  [[nodiscard]] torch::Tensor operator()(const torch::Tensor& share) const {  // [batch] → [batch, cond_dims]
    const auto x = share.unsqueeze(1);
    const auto angles = x * frequencies.unsqueeze(0) * (2.0 * std::numbers::pi);
    return linear(torch::cat({x, angles.sin(), angles.cos()}, -1));
  }
};

/// What rhythm would suit what is seen. Bidirectional as released, with a class token in front; padding is not masked.
class RhythmPredictor {
 public:
  RhythmPredictor(const Source& source, const Config& config)
      : config_(config),
        class_embedding_(source.numbers("class_embedding.weight")),
        scene_embedding_(source.numbers("scene_embedding.weight")),
        beat_in_(source.small_linear("pseudo_linear.0")),
        beat_out_(source.small_linear("pseudo_linear.2")),
        project_in_(source.at("transformer").linear("project_in")),
        project_out_(source.at("transformer").linear("project_out")) {
    for (std::int64_t i = 0; i < config.predictor.depth; ++i) {
      const Source block = source.at("transformer").layer(i);
      blocks_.push_back({block.norm("pre_norm"), SelfAttention(block.at("self_attn"), config.predictor.head_dims),
                         block.norm("ff_norm"), FeedForward(block.at("ff"))});
    }
  }

  /// semantic [batch, seconds, dims], scene [batch, seconds] int64, beat [batch, seconds], labels [batch] int64
  [[nodiscard]] torch::Tensor operator()(const torch::Tensor& semantic, const torch::Tensor& scene,
                                         const torch::Tensor& beat, const torch::Tensor& labels) const {
    const auto seen =
        standardised(semantic) + scene_embedding_.index({scene}) + beat_out_(torch::relu(beat_in_(beat.unsqueeze(-1))));
    auto h = project_in_(torch::cat({class_embedding_.index({labels}).unsqueeze(1), seen}, 1));
    const auto tokens = h.size(1);
    const auto rotary = rotary_of(torch::arange(tokens, h.options()), config_.predictor.head_dims);
    torch::Tensor future;
    if (config_.compat.causal_predictor) {
      future = torch::full({tokens, tokens}, -std::numeric_limits<float>::infinity(), h.options()).triu(1);
    }
    for (const Block& block : blocks_) {
      h = h + block.self_attention(block.pre_norm(h), rotary, future);
      h = h + block.feed_forward(block.ff_norm(h));
    }
    return project_out_(h.narrow(1, 1, tokens - 1));
  }

 private:
  struct Block {
    Norm pre_norm;
    SelfAttention self_attention;
    Norm ff_norm;
    FeedForward feed_forward;
  };
  Config config_;
  torch::Tensor class_embedding_, scene_embedding_;
  Linear beat_in_, beat_out_, project_in_, project_out_;
  std::vector<Block> blocks_;
};

/// Zeros below, up to `seconds` rows; longer is cropped.
torch::Tensor padded(const torch::Tensor& rows, std::int64_t seconds) {
  const auto x = rows.to(torch::kFloat).slice(0, 0, seconds);
  auto pad = std::vector<std::int64_t>(static_cast<std::size_t>(2 * x.dim()), 0);
  pad.back() = seconds - x.size(0);
  return torch::constant_pad_nd(x, pad);
}

torch::Tensor first_rows_visible(std::int64_t rows, std::int64_t seconds) {
  return torch::arange(seconds) < rows;
}

}  // namespace

struct Conditioner::State {
  Config config;
  std::optional<Linear> semantic1;
  Linear semantic2, rhythm1, rhythm2, colour1, colour2;
  torch::Tensor class_embedding;
  SecondsEmbedding start, total;
  RhythmPredictor predictor;

  State(const Config& sized, const Source& all)
      : config(sized),
        semantic2(all.at("semantic").linear("proj_out2")),
        rhythm1(all.at("rhythm").small_linear("proj_out1")),
        rhythm2(all.at("rhythm").linear("proj_out2")),
        colour1(all.at("color").linear("proj_out1")),
        colour2(all.at("color").linear("proj_out2")),
        class_embedding(all.at("class").numbers("int_embedder.weight")),
        start(all.at("seconds_start").at("embedder").at("embedding")),
        total(all.at("seconds_total").at("embedder").at("embedding")),
        predictor(all.at("semantic").at("extractor"), sized) {
    if (sized.semantic_hidden_dims > 0) semantic1 = all.at("semantic").linear("proj_out1");
  }

  [[nodiscard]] Context with_timing(const torch::Tensor& tokens, const torch::Tensor& visible,
                                    const torch::Tensor& timing) const {
    const auto always = torch::ones({visible.size(0), 2}, visible.options());
    return {torch::cat({tokens, timing}, 1), torch::cat({visible, always}, 1)};
  }

  [[nodiscard]] Result<void> check(const Clip& clip, std::size_t index) const {
    const auto seconds = clip.semantic.defined() && clip.semantic.dim() > 0 ? clip.semantic.size(0) : -1;
    const auto fits = [&](const torch::Tensor& x) {
      return x.defined() && x.dim() == 1 && x.size(0) <= config.max_seconds;
    };
    std::string why;
    if (seconds < 0 || clip.semantic.dim() != 2 || clip.semantic.size(1) != config.semantic_dims) {
      why = "semantic features are not [seconds, " + std::to_string(config.semantic_dims) + "]";
    } else if (seconds > config.max_seconds) {
      why = std::to_string(seconds) + " seconds are more than the network's " + std::to_string(config.max_seconds);
    } else if (!fits(clip.scene_cut) || !fits(clip.pseudo_beat)) {
      why = "scene cuts and pseudo beats are not one number for each of up to " + std::to_string(config.max_seconds) +
            " seconds";
    } else if (clip.colour.defined() && (clip.colour.dim() != 2 || clip.colour.size(1) != config.colour_dims)) {
      why = "colour features are not [seconds, " + std::to_string(config.colour_dims) + "]";
    } else if (clip.class_label < 0 || clip.class_label >= config.classes ||
               clip.class_label >= config.predictor_classes) {
      why = "class " + std::to_string(clip.class_label) + " is not one of " + std::to_string(config.classes);
    }
    if (why.empty()) return {};
    return fail(ErrorCode::kBadInput, "conditions of clip " + std::to_string(index) + ": " + why);
  }
};

Conditioner::Conditioner(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Conditioner::Conditioner(Conditioner&&) noexcept = default;
Conditioner& Conditioner::operator=(Conditioner&&) noexcept = default;
Conditioner::~Conditioner() = default;

Result<Conditioner> Conditioner::make(const Config& config, const Weights& weights) {
  const Config sized = sized_by(config, weights);
  auto layout = conditioner_layout(sized);
  for (auto& entry : predictor_layout(sized)) layout.push_back(std::move(entry));
  if (auto checked = diffv2m::check(weights, layout); !checked) return tl::unexpected(checked.error());
  const auto& predictor = sized.predictor;
  if (predictor.head_dims < 32 || predictor.width % predictor.head_dims != 0) {
    return fail(ErrorCode::kBadBundle, "the predictor's width " + std::to_string(predictor.width) +
                                           " is not whole heads of " + std::to_string(predictor.head_dims));
  }
  return Conditioner(std::make_unique<State>(sized, Source(weights, "conditioner.conditioners.")));
}

Result<Conditions> Conditioner::see(const std::vector<Clip>& clips) const {
  const Config& config = state_->config;
  const auto seconds = config.max_seconds;
  if (clips.empty()) return fail(ErrorCode::kBadInput, "conditions of no clip");
  std::vector<torch::Tensor> semantic, colour, scene, beat, seen, coloured;
  std::vector<std::int64_t> labels;
  std::vector<double> starts, totals;
  for (std::size_t i = 0; i < clips.size(); ++i) {
    const Clip& clip = clips[i];
    if (auto checked = state_->check(clip, i); !checked) return tl::unexpected(checked.error());
    semantic.push_back(padded(clip.semantic, seconds));
    scene.push_back(padded(clip.scene_cut, seconds));
    beat.push_back(padded(clip.pseudo_beat, seconds));
    seen.push_back(first_rows_visible(clip.semantic.size(0), seconds));
    const auto colours = clip.colour.defined() ? clip.colour : torch::zeros({0, config.colour_dims});
    colour.push_back(padded(colours, seconds));
    coloured.push_back(first_rows_visible(colours.size(0), seconds));
    labels.push_back(clip.class_label);
    starts.push_back(clip.seconds_start / config.seconds_range);
    totals.push_back(clip.seconds_total / config.seconds_range);
  }
  const auto on_device = [&](const torch::Tensor& x) { return x.to(state_->class_embedding.device()); };
  const auto stacked = [&](const std::vector<torch::Tensor>& rows) { return on_device(torch::stack(rows)); };
  const auto label = on_device(torch::tensor(labels));
  const auto share = [&](const std::vector<double>& values) {
    return on_device(torch::tensor(values, torch::kFloat).clamp(0, 1));
  };
  const auto start = state_->start(share(starts)), total = state_->total(share(totals));

  Conditions result;
  result.timing = torch::stack({start, total}, 1);
  result.global = torch::cat({start, total, state_->class_embedding.index({label})}, -1);
  const auto features = stacked(semantic), visible = stacked(seen);
  const auto hidden = state_->semantic1 ? (*state_->semantic1)(features) : features;
  result.semantic = state_->with_timing(state_->semantic2(hidden), visible, result.timing);
  result.colour = {state_->colour2(state_->colour1(stacked(colour))), stacked(coloured)};

  const auto cuts = stacked(scene).round().clamp(0, 1).to(torch::kLong);
  result.predicted_odf = state_->predictor(features, cuts, stacked(beat), label);
  const auto rhythm =
      config.compat.renormalise_predicted_rhythm ? standardised(result.predicted_odf) : result.predicted_odf;
  result.rhythm = state_->with_timing(state_->rhythm2(state_->rhythm1(rhythm)), visible, result.timing);
  return result;
}

Result<Context> Conditioner::known_rhythm(const std::vector<torch::Tensor>& rhythms,
                                          const torch::Tensor& timing) const {
  torch::NoGradGuard guard;
  const Config& config = state_->config;
  std::vector<torch::Tensor> rows, visible;
  for (const auto& rhythm : rhythms) {
    if (rhythm.dim() != 2 || rhythm.size(1) != config.rhythm_dims || rhythm.size(0) > config.max_seconds) {
      return fail(ErrorCode::kBadInput, "a rhythm is not [up to " + std::to_string(config.max_seconds) + ", " +
                                            std::to_string(config.rhythm_dims) + "]");
    }
    rows.push_back(padded(rhythm, config.max_seconds));
    visible.push_back(first_rows_visible(rhythm.size(0), config.max_seconds));
  }
  if (rows.empty() || timing.size(0) != static_cast<std::int64_t>(rows.size())) {
    return fail(ErrorCode::kBadInput, "not one rhythm for each clip");
  }
  const auto tokens = state_->rhythm2(state_->rhythm1(standardised(torch::stack(rows).to(timing.device()))));
  return state_->with_timing(tokens, torch::stack(visible).to(timing.device()), timing);
}

}  // namespace photoplayer::diffv2m
