// SPDX-License-Identifier: Apache-2.0
/// The network as it is written down, one branch at a time and nothing left out: what velocity() must equal.
#include "network_state.h"

namespace photoplayer::diffv2m {
namespace {

torch::Tensor applied(const Modulation& modulation, const torch::Tensor& x) {
  return modulation.scale.unsqueeze(1) * x + modulation.shift.unsqueeze(1);
}

torch::Tensor mixed(const Dit& dit, const DitBlock& block, const torch::Tensor& t, const torch::Tensor& s,
                    const torch::Tensor& r) {
  switch (dit.fusion.mix) {
    case Fusion::Mix::kSwitch:
      return torch::where(t.view({-1, 1, 1}) > dit.config.switch_t, s, r);
    case Fusion::Mix::kSum:
      return s + r;
    case Fusion::Mix::kGate: {
      const auto share = (*block.gate)(t.unsqueeze(1)).unsqueeze(1);
      return share * s + (1.0 - share) * r;
    }
    case Fusion::Mix::kAverage:
      return 0.5 * s + 0.5 * r;
    case Fusion::Mix::kSemantic:
      return s;
  }
  return s;
}

}  // namespace

torch::Tensor Network::forward(const torch::Tensor& x, const torch::Tensor& t, const Conditions& conditions,
                               Branch branch, double first_latent_seconds) const {
  const Dit& dit = state_->dit;
  const auto tokens_of = [&](const Context& context) {
    return dit.embed_context(branch == Branch::kNull ? torch::zeros_like(context.tokens) : context.tokens);
  };
  const auto sight = [&](const Context& context) {
    return sight_of(context.visible, dit.places(context.tokens.size(1), first_latent_seconds), dit.config.head_dims);
  };
  const Context& third = dit.third(conditions);
  auto semantic = tokens_of(conditions.semantic), rhythm = tokens_of(conditions.rhythm);
  const auto affective = tokens_of(third);
  const Sight see_semantic = sight(conditions.semantic), see_rhythm = sight(conditions.rhythm),
              see_third = sight(third);
  const auto query = dit.query_table(x.size(1));
  const auto look = [&](const CrossAttention& attention, const torch::Tensor& h, const torch::Tensor& context,
                        const Sight& seen) { return attention(h, attention.keys(context, seen), seen, query); };

  const auto prefix = (dit.embed_global(conditions.global) + dit.embed_time(t)).unsqueeze(1);
  auto h = torch::cat({prefix, dit.enter(x)}, 1);
  const auto self = rotary_of(torch::arange(h.size(1), h.options()), dit.config.head_dims);
  for (const DitBlock& block : dit.blocks) {
    h = h + block.self_attention(block.pre_norm(h), self);
    auto normed = block.cross_attend_norm(h);
    if (dit.config.compat.residual_overwrite) h = normed;
    if (block.affective) {
      h = h + look(*block.affective, normed, affective, see_third);
      normed = (*block.color_norm)(h);
      if (dit.config.compat.residual_overwrite) h = normed;
    }
    Modulation film_semantic, film_rhythm;
    if (dit.fusion.film != Fusion::Film::kNone) {
      const auto time = block.t_linear(t.unsqueeze(1));
      film_semantic = (*block.film_semantic)(time);
      film_rhythm = (*block.film_rhythm)(time);
    }
    if (dit.fusion.film == Fusion::Film::kBefore) {
      semantic = applied(film_semantic, semantic);  // also for the blocks that follow
      rhythm = applied(film_rhythm, rhythm);
    }
    auto s = look(*block.semantic, normed, semantic, see_semantic);
    auto r = block.rhythm ? look(*block.rhythm, normed, rhythm, see_rhythm) : torch::Tensor();
    if (dit.fusion.film == Fusion::Film::kAfter) {
      s = applied(film_semantic, s);
      r = applied(film_rhythm, r);
    }
    h = h + mixed(dit, block, t, s, r);
    h = h + block.feed_forward(block.ff_norm(h));
  }
  return dit.leave(h);
}

}  // namespace photoplayer::diffv2m
