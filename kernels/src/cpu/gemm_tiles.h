// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The blocked product, once for all CPUs. A version is this template compiled for one set of instructions, with a
/// Machine that says how wide vectors are, how many rows of sums fit into its registers, and how it widens weights.
///
/// A strip of columns over a block of depth is widened and turned into a panel [depth][columns] that stays in the
/// first-level cache while all rows of the tile pass by; rows of x are read where they lie. A tile is several strips,
/// so that its rows are fetched from the third-level cache once per block and from the second-level one after that.
/// Arguments are checked before.
#include <photoplayer/kernels/gemm.h>

#include "half_bits.h"
#include "lanes.h"

namespace photoplayer::kernels {
namespace {

/// Depth that is summed at once: `taps` taps from `tap` on, of each the numbers [first, first + depth).
struct DepthBlock {
  std::int64_t tap = 0, taps = 0, first = 0, depth = 0;
};

template <typename Machine>
class GemmTiles {
 public:
  static std::int64_t tiles(const GemmArgs& args) noexcept { return row_tiles(args) * column_tiles(args); }

  static void run(const GemmArgs& args, std::int64_t begin, std::int64_t end) noexcept {
    for (std::int64_t tile = begin; tile < end; ++tile) {
      const std::int64_t row = tile / column_tiles(args) * kTileRows;
      const std::int64_t column = tile % column_tiles(args) * kTileColumns;
      run_tile(args, row, smaller(row + kTileRows, args.rows), column, smaller(column + kTileColumns, args.columns));
    }
  }

 private:
  using Vector = typename Machine::Vector;
  static constexpr std::int64_t kLanes = Machine::kLanes;
  static constexpr std::int64_t kStrip = 2 * kLanes;
  static constexpr std::int64_t kStripsPerTile = 4;
  static constexpr std::int64_t kTileColumns = kStripsPerTile * kStrip;
  static constexpr std::int64_t kTileRows = 384;

  using Sums = Vector[Machine::kRows][2];

  static std::int64_t smaller(std::int64_t a, std::int64_t b) noexcept { return a < b ? a : b; }
  static std::int64_t parts(std::int64_t whole, std::int64_t part) noexcept { return (whole + part - 1) / part; }
  static std::int64_t row_tiles(const GemmArgs& args) noexcept { return parts(args.rows, kTileRows); }
  static std::int64_t column_tiles(const GemmArgs& args) noexcept { return parts(args.columns, kTileColumns); }

  static void run_tile(const GemmArgs& args, std::int64_t row, std::int64_t row_end, std::int64_t column,
                       std::int64_t column_end) noexcept {
    alignas(64) float panel[Machine::kDepth * kStrip];
    // Few channels: several taps at once; many: equal parts of one tap, so that none is a thin rest.
    const bool split = args.depth > Machine::kDepth;
    const std::int64_t pieces = split ? parts(args.depth, Machine::kDepth) : 1;
    const std::int64_t step = split ? parts(parts(args.depth, pieces), 8) * 8 : args.depth;
    const std::int64_t taps = split || args.depth == 0 ? 1 : Machine::kDepth / args.depth;
    bool begun = false;
    for (std::int64_t tap = 0; tap < args.taps; tap += taps) {
      for (std::int64_t first = 0; first < args.depth; first += step) {
        const DepthBlock block{tap, smaller(taps, args.taps - tap), first, smaller(step, args.depth - first)};
        for (std::int64_t j = column; j < column_end; j += kStrip) {
          const std::int64_t width = smaller(kStrip, column_end - j);
          widen(args, block, j, width, panel);
          run_strip(args, block, panel, row, row_end, j, width, begun);
        }
        begun = true;
      }
    }
    if (begun) return;
    for (std::int64_t j = column; j < column_end; j += kStrip) {
      run_strip(args, {}, panel, row, row_end, j, smaller(kStrip, column_end - j), false);
    }
  }

  static void widen(const GemmArgs& args, const DepthBlock& block, std::int64_t column, std::int64_t width,
                    float* panel) noexcept {
    const std::int64_t bytes = bytes_of(args.type), row_bytes = args.taps * args.depth * bytes;
    for (std::int64_t t = 0; t < block.taps; ++t) {
      const auto* weight = static_cast<const std::byte*>(args.weight) + column * row_bytes +
                           ((block.tap + t) * args.depth + block.first) * bytes;
      float* to = panel + t * block.depth * kStrip;
      std::int64_t j = 0, done = 0;
      if constexpr (Machine::kWidensBlocks) {
        done = block.depth / 8 * 8;
        for (; j + 8 <= width; j += 8) {
          Machine::widen_columns(weight + j * row_bytes, row_bytes, args.type, done, to + j, kStrip);
        }
      }
      for (std::int64_t column_at = 0; column_at < kStrip; ++column_at) {
        const std::byte* from = weight + column_at * row_bytes;
        for (std::int64_t d = column_at < j ? done : 0; d < block.depth; ++d) {
          to[d * kStrip + column_at] = column_at < width ? weight_at(from + d * bytes, args.type) : 0.0F;
        }
      }
    }
  }

  static void run_strip(const GemmArgs& args, const DepthBlock& block, const float* panel, std::int64_t row,
                        std::int64_t row_end, std::int64_t column, std::int64_t width, bool begun) noexcept {
    std::int64_t i = row;
    for (; i + Machine::kRows <= row_end; i += Machine::kRows) {
      run_rows<Machine::kRows>(args, block, panel, i, column, width, begun);
    }
    if constexpr (Machine::kRows > 6) {
      for (; i + 6 <= row_end; i += 6) run_rows<6>(args, block, panel, i, column, width, begun);
    }
    for (; i + 3 <= row_end; i += 3) run_rows<3>(args, block, panel, i, column, width, begun);
    for (; i < row_end; ++i) run_rows<1>(args, block, panel, i, column, width, begun);
  }

  template <int kRows>
  static void run_rows(const GemmArgs& args, const DepthBlock& block, const float* panel, std::int64_t row,
                       std::int64_t column, std::int64_t width, bool begun) noexcept {
    float* y = args.y + row * args.y_stride + column;
    Sums sums;
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      sums[r][0] = sums[r][1] = Vector{};
      __builtin_prefetch(y + r * args.y_stride, 1);  // rows of y are far apart; there is time until they are needed
    }
    const float* x = args.x + row * args.x_stride + block.tap * args.tap_stride + block.first;
    for (std::int64_t t = 0; t < block.taps; ++t) {
      add_products<kRows>(x + t * args.tap_stride, args.x_stride, panel + t * block.depth * kStrip, block.depth, sums);
    }
    end_sums<kRows>(args, y, column, width, begun, sums);
  }

  /// Rows go in threes, each three behind one pointer: more pointers would not fit into the registers.
  template <int kRows>
  [[gnu::always_inline]] static void add_products(const float* x, std::ptrdiff_t stride, const float* panel,
                                                  std::int64_t depth, Sums& sums) noexcept {
    constexpr std::size_t kPointers = (kRows + 2) / 3;
    const float* rows[kPointers];
#pragma GCC unroll 8
    for (std::size_t p = 0; p < kPointers; ++p) rows[p] = x + 3 * static_cast<std::ptrdiff_t>(p) * stride;
    for (std::int64_t d = 0; d < depth; ++d, panel += kStrip) {
      const Vector left = Machine::load(panel), right = Machine::load(panel + kLanes);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) {
        const float factor = rows[r / 3][r % 3 * stride];
        sums[r][0] += factor * left;
        sums[r][1] += factor * right;
      }
#pragma GCC unroll 8
      for (std::size_t p = 0; p < kPointers; ++p) ++rows[p];
    }
  }

  /// Adds the bias to the first block's sums and what y holds to those of the later ones.
  template <int kRows>
  [[gnu::always_inline]] static void end_sums(const GemmArgs& args, float* y, std::int64_t column, std::int64_t width,
                                              bool begun, Sums& sums) noexcept {
    const bool add = begun || args.accumulate, biased = !begun && args.bias != nullptr;
    alignas(64) float part[static_cast<std::size_t>(kStrip)] = {};
    const auto pick = [&](const float* from) {
      if (width == kStrip) return from;
      for (std::int64_t j = 0; j < width; ++j) part[j] = from[j];
      return static_cast<const float*>(part);
    };
    Vector left{}, right{};
    if (biased) {
      const float* bias = pick(args.bias + column);
      left = Machine::load(bias), right = Machine::load(bias + kLanes);
    }
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r, y += args.y_stride) {
      if (biased) sums[r][0] += left, sums[r][1] += right;
      if (add) {
        const float* held = pick(y);
        sums[r][0] += Machine::load(held), sums[r][1] += Machine::load(held + kLanes);
      }
      float* to = width == kStrip ? y : part;
      Machine::store(to, sums[r][0]), Machine::store(to + kLanes, sums[r][1]);
      for (std::int64_t j = 0; width != kStrip && j < width; ++j) y[j] = part[j];
    }
  }
};

}  // namespace
}  // namespace photoplayer::kernels
