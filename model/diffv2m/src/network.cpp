// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/diffv2m/network.h>

#include "network_state.h"

#include <utility>

namespace photoplayer::diffv2m {
namespace {

/// One context, ready for all blocks.
struct Slot {
  Sight sight;
  torch::Tensor context;   // [batch, n, cond_dims] embedded
  std::vector<Keys> keys;  // per block; empty where the time changes the context before attention
};

/// [batch, rows, width] → what the branch adds, before the fusion.
torch::Tensor attend_to(const Slot& slot, std::size_t layer, const CrossAttention& attention,
                        const Modulation& modulation, Fusion::Film film, const torch::Tensor& x,
                        const network::RotaryTable& query) {
  if (film == Fusion::Film::kBefore) {
    const auto context = torch::addcmul(modulation.shift, slot.context, modulation.scale);
    return attention(x, attention.keys(context, slot.sight), slot.sight, query);
  }
  const auto y = attention(x, slot.keys[layer], slot.sight, query);
  return film == Fusion::Film::kAfter ? torch::addcmul(modulation.shift, y, modulation.scale) : y;
}

}  // namespace

struct Window::State {
  std::int64_t batch = 0;
  torch::Tensor global;  // [batch, width]
  Slot affective, semantic, rhythm;
};

namespace {

/// One pass over the blocks: the rows that see the conditions, and behind them, with guidance, those that see nothing.
class Pass {
 public:
  Pass(const Dit& dit, const Window::State& window, const TimeTable& table, bool guided)
      : dit_(dit), window_(window), table_(table), guided_(guided) {}

  [[nodiscard]] torch::Tensor run(const torch::Tensor& x) const {
    const auto prefix = (window_.global + table_.embedding).unsqueeze(1);
    auto h = torch::cat({prefix, dit_.enter(x)}, 1);
    const auto self = rotary_of(torch::arange(h.size(1), h.options()), dit_.config.head_dims);
    const auto query = dit_.config.compat.cond_positions == Compat::Positions::kNone ? network::RotaryTable{}
                                                                                     : dit_.query_table(x.size(1));
    for (std::size_t i = 0; i < dit_.blocks.size(); ++i) {
      const DitBlock& block = dit_.blocks[i];
      h = h + block.self_attention(block.pre_norm(h), self);
      // Up to here both halves are the same.
      if (i == 0 && guided_) h = torch::cat({h, h}, 0);
      h = attend_to_conditions(h, i, query);
      h += block.feed_forward(block.ff_norm(h));
    }
    return dit_.leave(h);
  }

 private:
  [[nodiscard]] torch::Tensor seeing(const torch::Tensor& h) const { return h.narrow(0, 0, window_.batch); }

  [[nodiscard]] torch::Tensor attend_to_conditions(torch::Tensor h, std::size_t i,
                                                   const network::RotaryTable& query) const {
    const DitBlock& block = dit_.blocks[i];
    const bool overwrite = dit_.config.compat.residual_overwrite;
    auto normed = block.cross_attend_norm(h);
    if (overwrite) h = normed;
    if (block.affective) {
      const auto& slot = window_.affective;
      seeing(h).add_((*block.affective)(seeing(normed), slot.keys[i], slot.sight, query));
      normed = (*block.color_norm)(h);
      if (overwrite) h = normed;
    }
    const TimeTable::Layer& layer = table_.layers[i];
    seeing(h).add_(branches(block, i, seeing(normed), query));
    if (guided_ && layer.null_add.defined()) h.narrow(0, window_.batch, window_.batch).add_(layer.null_add);
    return h;
  }

  [[nodiscard]] torch::Tensor branches(const DitBlock& block, std::size_t i, const torch::Tensor& x,
                                       const network::RotaryTable& query) const {
    const TimeTable::Layer& layer = table_.layers[i];
    const auto film = dit_.fusion.film;
    torch::Tensor s, r;
    if (table_.takes_semantic) s = attend_to(window_.semantic, i, *block.semantic, layer.semantic, film, x, query);
    if (table_.takes_rhythm) r = attend_to(window_.rhythm, i, *block.rhythm, layer.rhythm, film, x, query);
    switch (dit_.fusion.mix) {
      case Fusion::Mix::kSwitch:
      case Fusion::Mix::kSemantic:
        return s.defined() ? s : r;
      case Fusion::Mix::kSum:
        return s + r;
      case Fusion::Mix::kGate:
        return layer.semantic_share * s + (1.0 - layer.semantic_share) * r;
      case Fusion::Mix::kAverage:
        return 0.5 * s + 0.5 * r;
    }
    return s;
  }

  const Dit& dit_;
  const Window::State& window_;
  const TimeTable& table_;
  bool guided_;
};

Result<void> check_heads(const Config& config) {
  const auto whole = [&](const char* what, std::int64_t width) -> Result<void> {
    if (width % config.head_dims == 0) return {};
    return fail(ErrorCode::kBadBundle, std::string(what) + " " + std::to_string(width) + " is not whole heads of " +
                                           std::to_string(config.head_dims));
  };
  if (config.head_dims < 32)
    return fail(ErrorCode::kBadBundle, "heads have fewer than the 32 dims that positions turn");
  if (auto width = whole("the width", config.width); !width) return width;
  if (auto cond = whole("the conditions' width", config.cond_dims); !cond) return cond;
  if (config.width % config.cond_dims != 0) {
    return fail(ErrorCode::kBadBundle, "the heads of width " + std::to_string(config.width) +
                                           " cannot be shared out among those of the conditions' width " +
                                           std::to_string(config.cond_dims));
  }
  return {};
}

}  // namespace

Network::Network(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

Result<Network> Network::make(const Config& config, const Weights& weights) {
  const Config sized = sized_by(config, weights);
  if (auto checked = check(weights, dit_layout(sized)); !checked) return tl::unexpected(checked.error());
  if (auto checked = check_heads(sized); !checked) return tl::unexpected(checked.error());
  return Network(std::make_unique<State>(sized, weights));
}

const Config& Network::config() const noexcept {
  return state_->dit.config;
}

Window Network::prepare(const Conditions& conditions, double first_latent_seconds) const {
  torch::NoGradGuard guard;
  const Dit& dit = state_->dit;
  auto window = std::make_shared<Window::State>();
  window->batch = conditions.global.size(0);
  window->global = dit.embed_global(conditions.global);
  const auto fill = [&](Slot& slot, const Context& context, bool modulated, auto attention_of) {
    slot.sight =
        sight_of(context.visible, dit.places(context.tokens.size(1), first_latent_seconds), dit.config.head_dims);
    slot.context = dit.embed_context(context.tokens);
    if (modulated) return;
    for (const DitBlock& block : dit.blocks) slot.keys.push_back(attention_of(block).keys(slot.context, slot.sight));
    slot.context.reset();
  };
  const bool modulated = dit.fusion.film == Fusion::Film::kBefore;
  fill(window->semantic, conditions.semantic, modulated, [](const DitBlock& block) { return *block.semantic; });
  if (dit.fusion.uses_rhythm()) {
    fill(window->rhythm, conditions.rhythm, modulated, [](const DitBlock& block) { return *block.rhythm; });
  }
  if (dit.fusion.affective) {
    fill(window->affective, dit.third(conditions), false, [](const DitBlock& block) { return *block.affective; });
  }
  return Window(std::move(window));
}

void Network::tabulate(const std::vector<double>& times) const {
  torch::NoGradGuard guard;
  for (const double t : times) static_cast<void>(state_->tables.at(t));
}

torch::Tensor Network::velocity(const Window& window, const torch::Tensor& x, double t, double guidance) const {
  torch::NoGradGuard guard;
  if (x.dim() == 2) return velocity(window, x.unsqueeze(0), t, guidance).squeeze(0);
  const bool guided = guidance != 1.0;
  const auto table = state_->tables.at(t);
  const auto v = Pass(state_->dit, window.state(), *table, guided).run(x);
  if (!guided) return v;
  const auto batch = window.state().batch;
  const auto null = v.narrow(0, batch, batch);
  return null + guidance * (v.narrow(0, 0, batch) - null);
}

}  // namespace photoplayer::diffv2m
