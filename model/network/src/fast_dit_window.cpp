// SPDX-License-Identifier: Apache-2.0
/// What is made once per window.
#include "fast_dit_state.h"

namespace photoplayer::network {

void FastDit::State::begin(const FastWindow& window) {
  const auto tokens = window.plan.size(0);
  TORCH_CHECK(window.context >= 0 && window.context < tokens, "FastDit: ", window.context, " of ", tokens,
              " tokens are context");
  context = window.context, fresh = tokens - context, length = tokens + 1;
  prefix = weights.embed_global(window.global), plan = weights.embed_plan(window.plan);
  for (std::size_t i = 0; i < weights.blocks.size(); ++i) {
    const auto& from = weights.blocks[i].sights;
    sights[i] = {look(from[0], window.contexts.affective), look(from[1], window.contexts.semantic),
                 look(from[2], window.contexts.rhythm)};
  }
  const auto own = torch::arange(length, torch::kLong);
  const auto turned = torch::cat({own.narrow(0, 1 + context, fresh), own.narrow(0, 0, 1 + context)});
  place(torch::cat({own, turned}));

  const auto rows = 2 * length;
  std::int64_t seen = 0;
  for (const auto& block : sights) seen = std::max(seen, heads * (block[0].tokens + block[1].tokens + block[2].tokens));
  h.size(rows, config.width), normed.size(rows, config.width), attended.size(rows, config.width);
  wide.size(rows, std::max(3 * config.width, 2 * config.feed_forward_dims));
  keys.size(length, config.head_dims), values.size(config.head_dims, length);
  scores.size(rows, std::max(seen, heads * length));
  mixed.size(config.width, seen);
}

Sight FastDit::State::look(const FastSight& sight, const Context& seen) const {
  const auto visible = torch::nonzero(seen.visible[0]).view({-1});
  const auto count = visible.size(0), dims = config.head_dims;
  if (count == 0) return {};
  const auto kv = torch::linear(seen.tokens[0].index_select(0, visible), sight.to_kv);
  const auto table = [&](const torch::Tensor& turns) {
    return turns.reshape({seen.visible.size(1), -1}).index_select(0, visible).narrow(-1, 0, rotary_half).contiguous();
  };
  auto key = (kv.narrow(-1, 0, config.cond_dims) * static_cast<double>(key_scale)).contiguous();
  const auto cosine = table(seen.rotary.cosine), sine = table(seen.rotary.sine);
  rotate_heads({key.data_ptr<float>(), count, config.cond_dims, config.cond_dims}, dims, rotary_half,
               cosine.data_ptr<float>(), sine.data_ptr<float>());
  const auto by_head = [&](const torch::Tensor& x) {  // [kv heads, tokens, dims]
    return torch::constant_pad_nd(x.reshape({count, kv_heads, dims}), {0, 0, 0, 0, 0, 1}).transpose(0, 1);
  };
  const auto value = by_head(kv.narrow(-1, config.cond_dims, config.cond_dims))
                         .repeat_interleave(heads / kv_heads, 0)
                         .transpose(1, 2);                                                // [heads, dims, tokens]
  const auto out = sight.to_out.view({config.width, heads, dims}).transpose(0, 1);        // [heads, width, dims]
  const auto joined = torch::matmul(out, value).transpose(0, 1).contiguous().view({-1});  // [width, heads, tokens]
  const auto rows = by_head(key).contiguous().view({-1});
  Sight result;
  result.tokens = count + 1;
  result.keys.stride = dims, result.values.stride = heads * result.tokens;
  result.keys.values.assign(rows.data_ptr<float>(), rows.data_ptr<float>() + rows.numel());
  result.values.values.assign(joined.data_ptr<float>(), joined.data_ptr<float>() + joined.numel());
  return result;
}

void FastDit::State::place(const torch::Tensor& positions) {
  const auto fill = [&](const RotaryTable& table, Numbers& cosine, Numbers& sine) {
    const auto copy = [&](const torch::Tensor& from, Numbers& to) {
      const auto dense = from.reshape({positions.size(0), -1}).narrow(-1, 0, rotary_half).contiguous();
      to.stride = rotary_half;
      to.values.assign(dense.data_ptr<float>(), dense.data_ptr<float>() + dense.numel());
    };
    copy(table.cosine, cosine), copy(table.sine, sine);
  };
  fill(rotary_table(positions), self_cosine, self_sine);
  fill(rotary_table(positions - 1), query_cosine, query_sine);
}

}  // namespace photoplayer::network
