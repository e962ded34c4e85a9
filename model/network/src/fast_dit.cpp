// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "fast_dit_state.h"

namespace photoplayer::network {
namespace {

/// On this thread: a window is some sixty rows, too little to share.
void multiply(const kernels::GemmArgs& args) {
  const auto& version = kernels::gemm_version();
  const auto done = version.run(args, 0, version.tiles(args));
  TORCH_CHECK(done.ok(), "gemm: ", done.what);
}

enum class Into { kReplace, kAdd };

void apply(const FastLinear& linear, const RowsOf& x, const RowsOf& y, Into into, std::int64_t first_output = 0) {
  kernels::GemmArgs args;
  args.rows = x.rows, args.columns = y.columns, args.depth = x.columns;
  args.x = x.first, args.x_stride = x.stride, args.y = y.first, args.y_stride = y.stride;
  args.type = weight_type_of(linear.weight.scalar_type());
  args.weight = static_cast<const std::byte*>(linear.weight.data_ptr()) +
                first_output * linear.inputs() * static_cast<std::int64_t>(linear.weight.element_size());
  args.bias = linear.bias.defined() ? linear.bias.data_ptr<float>() + first_output : nullptr;
  args.accumulate = into == Into::kAdd;
  multiply(args);
}

/// y = x · matrixᵀ, plus `bias` if there is one; matrix [y.columns, x.columns], dense.
void apply(const float* matrix, const float* bias, const RowsOf& x, const RowsOf& y, Into into) {
  kernels::GemmArgs args;
  args.rows = x.rows, args.columns = y.columns, args.depth = x.columns;
  args.x = x.first, args.x_stride = x.stride, args.y = y.first, args.y_stride = y.stride;
  args.weight = matrix, args.bias = bias, args.accumulate = into == Into::kAdd;
  multiply(args);
}

void normalise(const FastNorm& norm, Numbers& x, const Range& range, Numbers& y) {
  normalise(x.row(range.begin), x.stride, norm.gain.data_ptr<float>(), norm.shift.data_ptr<float>(),
            y.rows(range, 0, y.stride));
}

}  // namespace

/// Both branches start from the same rows.
void FastDit::State::enter(const torch::Tensor& x, const FastTime& time) {
  const auto dense = x.contiguous();
  const auto width = config.width;
  apply(weights.project_in, {dense.data_ptr<float>(), dense.size(0), dense.size(1), dense.size(1)},
        h.rows({1, length}, 0, width), Into::kReplace);
  const auto add = [&](float* to, const torch::Tensor& what) {
    const float* from = what.data_ptr<float>();
    for (std::int64_t c = 0; c < width; ++c) to[c] += from[c];
  };
  std::copy_n(prefix.data_ptr<float>(), width, h.row(0));
  add(h.row(0), time.embedding);
  for (std::int64_t i = 1; i < length; ++i) {
    add(h.row(i), plan[i - 1]);
    add(h.row(i), config.clean_context && i <= context ? clean_time->embedding : time.embedding);
  }
}

/// [queries] of `attended` from what `wide` holds: q of [queries], k and v of [keys].
void FastDit::State::attend(const Range& queries, const Range& from) {
  const auto dims = config.head_dims, width = config.width, count = from.count();
  for (std::int64_t head = 0; head < heads; ++head) {
    for (std::int64_t i = 0; i < count; ++i) {
      const float* key = wide.row(from.begin + i) + width + head * dims;
      const float* value = key + width;
      for (std::int64_t d = 0; d < dims; ++d) {
        keys.values[static_cast<std::size_t>(i * dims + d)] = key[d] * key_scale;
        values.values[static_cast<std::size_t>(d * count + i)] = value[d];
      }
    }
    const auto weights_of_head = scores.rows(queries, head * count, count);
    apply(keys.row(0), nullptr, wide.rows(queries, head * dims, dims), weights_of_head, Into::kReplace);
    softmax(weights_of_head);
    apply(values.row(0), nullptr, weights_of_head, attended.rows(queries, head * dims, dims), Into::kReplace);
  }
}

void FastDit::State::attend_to_self(const FastBlock& block, const Range& from, const Range& to) {
  const auto width = config.width, dims = config.head_dims;
  const auto turn = [&](const Range& range, std::int64_t column) {
    rotate_heads(wide.rows(range, column, width), dims, rotary_half, self_cosine.row(range.begin),
                 self_sine.row(range.begin));
  };
  normalise(block.pre_norm, h, from, normed);
  if (to.count() == from.count()) {
    apply(block.to_qkv, normed.rows(from, 0, width), wide.rows(from, 0, 3 * width), Into::kReplace);
  } else {
    apply(block.to_qkv, normed.rows(from, 0, width), wide.rows(from, width, 2 * width), Into::kReplace, width);
    apply(block.to_qkv, normed.rows(to, 0, width), wide.rows(to, 0, width), Into::kReplace);
  }
  turn(to, 0), turn(from, width);
  for (const auto& branch : {Range{0, length}, Range{length, 2 * length}}) {
    const auto rows = common(branch, from);
    if (rows.count() > 0) attend(common(branch, to), rows);
  }
  apply(block.to_out, attended.rows(to, 0, width), h.rows(to, 0, width), Into::kAdd);
}

/// The shares of the tokens for the queries in `wide` from column `query`, to `scores` from `column`; answers the
/// column behind them.
std::int64_t FastDit::State::attend_to(const Sight& sight, const Range& rows, std::int64_t query, std::int64_t column) {
  if (sight.tokens == 0) return column;
  rotate_heads(wide.rows(rows, query, config.width), config.head_dims, rotary_half, query_cosine.row(rows.begin),
               query_sine.row(rows.begin));
  for (std::int64_t head = 0; head < heads; ++head, column += sight.tokens) {
    const auto kv_head = head / (heads / kv_heads);
    const auto shares = scores.rows(rows, column, sight.tokens);
    apply(sight.keys.values.data() + kv_head * sight.tokens * config.head_dims, nullptr,
          wide.rows(rows, query + head * config.head_dims, config.head_dims), shares, Into::kReplace);
    softmax(shares);
  }
  return column;
}

void FastDit::State::see_colour(const FastBlock& block, const Sight& colour, const Range& rows) {
  if (colour.tokens == 0) return;
  const auto width = config.width;
  normalise(block.cross_attend_norm, h, rows, normed);
  apply(block.query0, normed.rows(rows, 0, width), wide.rows(rows, 0, width), Into::kReplace);
  const auto columns = attend_to(colour, rows, 0, 0);
  apply(colour.values.values.data(), nullptr, scores.rows(rows, 0, columns), h.rows(rows, 0, width), Into::kAdd);
}

/// Semantics and rhythm with what the time makes of them, in one product.
void FastDit::State::see_rest(const FastBlock& block, const std::vector<Sight>& seen, const FastMix& mix,
                              const Range& rows) {
  const auto width = config.width;
  const auto& semantic = seen[1];
  const auto& rhythm = seen[2];
  if (semantic.tokens + rhythm.tokens > 0) {
    normalise(block.color_norm, h, rows, normed);
    apply(block.query12, normed.rows(rows, 0, width), wide.rows(rows, 0, 2 * width), Into::kReplace);
  }
  const auto columns = attend_to(rhythm, rows, width, attend_to(semantic, rows, 0, 0));
  const float* scales[] = {mix.semantic.data_ptr<float>(), mix.rhythm.data_ptr<float>()};
  float* to = mixed.values.data();
  for (std::int64_t c = 0; c < width; ++c) {
    for (std::size_t sight = 1; sight < 3; ++sight) {
      const auto stride = seen[sight].values.stride;
      const float* from = seen[sight].values.values.data() + c * stride;
      for (std::int64_t i = 0; i < stride; ++i) to[i] = from[i] * scales[sight - 1][c];
      to += stride;
    }
  }
  apply(mixed.values.data(), mix.shift.data_ptr<float>(), scores.rows(rows, 0, columns), h.rows(rows, 0, width),
        Into::kAdd);
}

void FastDit::State::run_block(std::size_t index, const FastTime& time) {
  const auto& block = weights.blocks[index];
  const auto& mix = time.blocks[index];
  const auto width = config.width;
  const bool is_first = index == 0, is_last = index + 1 == weights.blocks.size();
  const auto target = is_last ? wanted() : all();

  const auto shared = guided ? unseeing() : seeing();
  const auto from = is_first ? shared : all();
  attend_to_self(block, from, common(from, target));
  if (is_first && guided) {
    std::copy_n(h.row(length - fresh), fresh * width, h.row(length));
    std::copy_n(h.row(0), (1 + context) * width, h.row(length + fresh));
  }

  const auto who_sees = common(target, seeing()), who_does_not = common(target, unseeing());
  see_colour(block, sights[index][0], who_sees);
  see_rest(block, sights[index], mix, who_sees);
  for (auto i = who_does_not.begin; i < who_does_not.end; ++i) {
    const float* shift = mix.shift.data_ptr<float>();
    for (std::int64_t c = 0; c < width; ++c) h.row(i)[c] += shift[c];
  }

  const auto inner = config.feed_forward_dims;
  normalise(block.ff_norm, h, target, normed);
  apply(block.ff_in, normed.rows(target, 0, width), wide.rows(target, 0, 2 * inner), Into::kReplace);
  gate_by_silu(wide.rows(target, 0, 2 * inner));
  apply(block.ff_out, wide.rows(target, 0, inner), h.rows(target, 0, width), Into::kAdd);
}

torch::Tensor FastDit::State::leave(double guidance) {
  auto made = torch::empty({wanted().count(), config.latent_dims});
  apply(weights.project_out, h.rows(wanted(), 0, config.width),
        {made.data_ptr<float>(), made.size(0), made.size(1), made.size(1)}, Into::kReplace);
  auto v = made.narrow(0, guided ? fresh : 0, fresh);
  if (guided) {
    const auto unseen = made.narrow(0, 0, fresh);
    v = unseen + guidance * (v - unseen);
  }
  return torch::cat({torch::zeros({context, config.latent_dims}), v});
}

FastDit::FastDit(Dit dit) : state_(std::make_unique<State>(dit)) {}
FastDit::~FastDit() = default;

void FastDit::begin(const FastWindow& window) {
  const torch::NoGradGuard no_gradients;
  state_->begin(window);
}

torch::Tensor FastDit::velocity(const torch::Tensor& x, double t, double guidance) {
  const torch::NoGradGuard no_gradients;
  auto& state = *state_;
  TORCH_CHECK(x.dim() == 2 && x.size(0) + 1 == state.length && x.size(1) == state.config.latent_dims,
              "FastDit: the window has ", state.length - 1, " tokens, x is ", x.sizes());
  state.guided = std::abs(guidance - 1.0) > 1e-3;
  const auto time = state.weights.time(t);
  state.enter(x, *time);
  if (!state.guided) {
    const auto width = state.config.width;
    std::copy_n(state.h.row(state.length - state.fresh), state.fresh * width, state.h.row(state.length));
    std::copy_n(state.h.row(0), (1 + state.context) * width, state.h.row(state.length + state.fresh));
  }
  for (std::size_t i = 0; i < state.weights.blocks.size(); ++i) state.run_block(i, *time);
  return state.leave(guidance);
}

}  // namespace photoplayer::network
