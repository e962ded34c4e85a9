// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/diffv2m/clip_vision.h>

#include "block.h"

#include <utility>
#include <vector>

namespace photoplayer::diffv2m {
namespace {

Norm clip_norm(const Source& source, const std::string& name) {
  return {source.numbers(name + ".weight"), source.numbers(name + ".bias")};
}

struct ClipBlock {
  Norm ln_1, ln_2;
  Linear qkv, attention_out, wide, narrow;
  explicit ClipBlock(const Source& source)
      : ln_1(clip_norm(source, "ln_1")),
        ln_2(clip_norm(source, "ln_2")),
        qkv{source.matrix("attn.in_proj_weight"), source.numbers("attn.in_proj_bias")},
        attention_out(source.at("attn").linear("out_proj")),
        wide(source.at("mlp").linear("c_fc")),
        narrow(source.at("mlp").linear("c_proj")) {}

  [[nodiscard]] torch::Tensor operator()(torch::Tensor h, std::int64_t heads) const {
    const auto parts = qkv(ln_1(h)).chunk(3, -1);
    const auto head = [&](std::size_t i) { return split_heads(parts[i], h.size(-1) / heads); };
    h = h + attention_out(join_heads(attend(head(0), head(1), head(2))));
    const auto x = wide(ln_2(h));
    return h + narrow(x * torch::sigmoid(1.702 * x));  // QuickGELU
  }
};

}  // namespace

struct ClipVision::State {
  ClipConfig config;
  torch::Tensor patches, class_embedding, positions, proj;
  Norm ln_pre, ln_post;
  std::vector<ClipBlock> blocks;

  State(const ClipConfig& sizes, const Source& visual)
      : config(sizes),
        patches(visual.matrix("conv1.weight").flatten(1)),
        class_embedding(visual.numbers("class_embedding")),
        positions(visual.numbers("positional_embedding")),
        proj(visual.matrix("proj").t()),
        ln_pre(clip_norm(visual, "ln_pre")),
        ln_post(clip_norm(visual, "ln_post")) {
    for (std::int64_t i = 0; i < config.depth; ++i) {
      blocks.emplace_back(visual.at("transformer").at("resblocks").at(std::to_string(i)));
    }
  }
};

ClipVision::ClipVision(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
ClipVision::ClipVision(ClipVision&&) noexcept = default;
ClipVision& ClipVision::operator=(ClipVision&&) noexcept = default;
ClipVision::~ClipVision() = default;

Result<ClipVision> ClipVision::make(const ClipConfig& config, const Weights& weights) {
  if (config.width % config.heads != 0 || config.side % config.patch != 0) {
    return fail(ErrorCode::kBadBundle, "CLIP's width " + std::to_string(config.width) + " and side " +
                                           std::to_string(config.side) + " are not whole heads and patches (" +
                                           std::to_string(config.heads) + ", " + std::to_string(config.patch) + ")");
  }
  Config whole;
  whole.clip = config;
  if (auto checked = check(weights, clip_layout(whole)); !checked) return tl::unexpected(checked.error());
  return ClipVision(std::make_unique<State>(config, Source(weights, "visual.")));
}

const ClipConfig& ClipVision::config() const noexcept {
  return state_->config;
}

torch::Tensor ClipVision::normalise(const torch::Tensor& rgb) {
  const auto mean = torch::tensor({0.48145466F, 0.4578275F, 0.40821073F}, rgb.device());
  const auto deviation = torch::tensor({0.26862954F, 0.26130258F, 0.27577711F}, rgb.device());
  return ((rgb.to(torch::kFloat) / 255.0 - mean) / deviation).movedim(-1, -3).contiguous();
}

torch::Tensor ClipVision::embed(const torch::Tensor& pictures) const {
  torch::NoGradGuard guard;
  const auto batch = pictures.size(0), patch = state_->config.patch, side = state_->config.side / patch;
  // The strided convolution is a product over patches that do not overlap.
  const auto cut = pictures.reshape({batch, 3, side, patch, side, patch}).permute({0, 2, 4, 1, 3, 5});
  const auto rows = project(cut.reshape({batch, side * side, 3 * patch * patch}), state_->patches);
  const auto first = state_->class_embedding.expand({batch, 1, -1});
  auto h = state_->ln_pre(torch::cat({first, rows}, 1) + state_->positions);
  for (const ClipBlock& block : state_->blocks) h = block(h, state_->config.heads);
  return project(state_->ln_post(h.select(1, 0)), state_->proj);
}

}  // namespace photoplayer::diffv2m
