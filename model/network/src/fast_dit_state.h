// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The rows of both branches lie in one buffer, so that a product reads its weights once:
///   unseeing: prefix, context, fresh | seeing: fresh, prefix, context
/// In this order each branch is one piece, and so are the fresh rows of both.
#include <photoplayer/network/fast_dit.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "fast_dit_weights.h"
#include "row_operations.h"

namespace photoplayer::network {

struct Range {
  std::int64_t begin = 0, end = 0;
  [[nodiscard]] std::int64_t count() const { return std::max<std::int64_t>(0, end - begin); }
};

inline Range common(const Range& a, const Range& b) {
  return {std::max(a.begin, b.begin), std::min(a.end, b.end)};
}

struct Numbers {
  std::vector<float> values;
  std::int64_t stride = 0;

  void size(std::int64_t rows, std::int64_t columns) {
    stride = columns;
    values.resize(static_cast<std::size_t>(rows * columns));
  }
  float* row(std::int64_t i) { return values.data() + i * stride; }
  RowsOf rows(const Range& range, std::int64_t column, std::int64_t columns) {
    return {row(range.begin) + column, range.count(), columns, stride};
  }
};

/// What the rows of a block see of one context: the visible tokens and one of zeros, as in CrossAttention.
struct Sight {
  std::int64_t tokens = 0;  ///< with that of zeros; 0 if nothing is visible
  Numbers keys;             ///< [kv heads · tokens, head_dims], scaled, with their places
  Numbers values;           ///< [width, heads · tokens], times the output projection
};

struct FastDit::State {
  explicit State(Dit& dit) : weights(dit), config(weights.config) {
    heads = config.width / config.head_dims;
    kv_heads = config.cond_dims / config.head_dims;
    key_scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(config.head_dims)));
    sights.resize(static_cast<std::size_t>(config.depth));
    clean_time = weights.time(0.0);
  }

  void begin(const FastWindow& window);
  Sight look(const FastSight& sight, const Context& context) const;
  void place(const torch::Tensor& positions);
  void enter(const torch::Tensor& x, const FastTime& time);
  void attend_to_self(const FastBlock& block, const Range& from, const Range& to);
  void attend(const Range& queries, const Range& keys);
  std::int64_t attend_to(const Sight& sight, const Range& rows, std::int64_t query, std::int64_t column);
  void see_colour(const FastBlock& block, const Sight& colour, const Range& rows);
  void see_rest(const FastBlock& block, const std::vector<Sight>& seen, const FastMix& mix, const Range& rows);
  void run_block(std::size_t index, const FastTime& time);
  torch::Tensor leave(double guidance);

  FastWeights weights;
  DitConfig config;
  std::int64_t heads = 0, kv_heads = 0, rotary_half = 16;
  float key_scale = 1.0F;
  std::shared_ptr<const FastTime> clean_time;

  // Of the window.
  std::int64_t context = 0, fresh = 0, length = 0;  ///< length: of a branch, with its prefix
  torch::Tensor prefix, plan;
  std::vector<std::vector<Sight>> sights;                    ///< [block][colour, semantics, rhythm]
  Numbers self_cosine, self_sine, query_cosine, query_sine;  ///< [both branches' rows, rotary_half]

  // Of the step.
  bool guided = false;
  Numbers h, normed, wide, attended, scores, keys, values, mixed;

  [[nodiscard]] Range unseeing() const { return {0, guided ? length : 0}; }
  [[nodiscard]] Range seeing() const { return {length, 2 * length}; }
  [[nodiscard]] Range all() const { return {guided ? 0 : length, 2 * length}; }
  [[nodiscard]] Range wanted() const { return {guided ? length - fresh : length, length + fresh}; }
};

}  // namespace photoplayer::network
