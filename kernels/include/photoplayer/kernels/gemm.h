// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Products of fp32 activations with weights in fp32, bf16 or fp16, all sums in fp32: linear layers and, read with
/// several taps, convolutions. Weights are widened a panel at a time, in a first-level cache, so a mapped file of half
/// width is never widened as a whole; activations are not rounded.
///
///   y[i, j] = bias[j] + Σ over taps t and depth d of x[i · x_stride + t · tap_stride + d] · weight[j, t · depth + d]
///
/// A convolution of dilation δ over [time, channel] has tap_stride = δ · channels. A transposed one of kernel 2s and
/// stride s has two taps, the earlier moment first, and s · outputs columns: a row is s moments.
///
/// No threads: the caller shares out the tiles. No allocation, up to 40 KB of stack; any thread. NaN and infinity
/// propagate as in the sum above; the order of the sum depends on the version, so versions agree to rounding only.
/// Tested in tests/unit/kernels/gemm_test.cpp.
#include <photoplayer/kernels/status.h>

#include <cstddef>
#include <cstdint>

namespace photoplayer::kernels {

enum class WeightType { kFloat32, kBFloat16, kFloat16 };

struct GemmArgs {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t depth = 0;  ///< per tap
  std::int64_t taps = 1;
  const float* x = nullptr;
  std::ptrdiff_t x_stride = 0;    ///< between rows, in numbers; rows may overlap
  std::ptrdiff_t tap_stride = 0;  ///< in numbers
  const void* weight = nullptr;   ///< [columns, taps · depth], dense; any alignment
  WeightType type = WeightType::kFloat32;
  const float* bias = nullptr;  ///< [columns], or null
  bool accumulate = false;      ///< adds to what y holds
  float* y = nullptr;           ///< overlaps nothing above
  std::ptrdiff_t y_stride = 0;  ///< between rows, in numbers
};

/// What all versions refuse: negative sizes, null pointers where there is something to read or write, rows of y that
/// overlap.
[[nodiscard]] inline Status check_gemm(const GemmArgs& args) noexcept {
  if (args.rows < 0 || args.columns < 0 || args.depth < 0 || args.taps < 0) return bad_argument("a size is negative");
  if (args.rows == 0 || args.columns == 0) return {};
  if (args.y == nullptr) return bad_argument("y is null");
  if (args.y_stride < args.columns) return bad_argument("y_stride is too small");
  if (args.depth == 0 || args.taps == 0) return {};
  if (args.x == nullptr) return bad_argument("x is null");
  if (args.weight == nullptr) return bad_argument("weight is null");
  return {};
}

/// The definition above, on the calling thread, sums in double.
[[nodiscard]] Status gemm_reference(const GemmArgs& args) noexcept;

/// One way to compute it, on a kind of CPU.
class GemmVersion {
 public:
  using Tiles = std::int64_t (*)(const GemmArgs& args) noexcept;
  using Run = void (*)(const GemmArgs& args, std::int64_t begin, std::int64_t end) noexcept;
  constexpr GemmVersion(const char* named, Tiles count, Run compute) noexcept
      : name_(named), tiles_(count), run_(compute) {}

  [[nodiscard]] const char* name() const noexcept { return name_; }
  /// 0 where the sizes are refused.
  [[nodiscard]] std::int64_t tiles(const GemmArgs& args) const noexcept;
  /// Tiles [begin, end). All of [0, tiles(args)) once, in any order, from any thread, make the product.
  [[nodiscard]] Status run(const GemmArgs& args, std::int64_t begin, std::int64_t end) const noexcept;

 private:
  const char* name_;
  Tiles tiles_;
  Run run_;
};
/// The fastest for the CPU that this runs on.
[[nodiscard]] const GemmVersion& gemm_version() noexcept;
/// All versions built, fastest first; null where the CPU cannot run it.
inline constexpr int kGemmVersions = 3;
[[nodiscard]] const GemmVersion* gemm_version(int index) noexcept;

}  // namespace photoplayer::kernels
