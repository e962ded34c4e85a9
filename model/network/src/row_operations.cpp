// SPDX-License-Identifier: Apache-2.0
/// Loops that the compiler turns into vectors, hence no function calls in them and several sums side by side.
#include "row_operations.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace photoplayer::network {
namespace {

constexpr std::int64_t kSums = 16;
using Sums = std::array<float, kSums>;

float total(const Sums& sums) {
  float sum = 0.0F;
  for (const float part : sums) sum += part;
  return sum;
}

/// Cephes' polynomial; relative error 2e-7. Below −87 it stays at e^−87, which is not yet denormal.
inline float exponential(float x) {
  x = std::min(std::max(x, -87.0F), 88.0F);
  constexpr float kShift = 12582912.0F;  // 1.5 · 2^23: adding it rounds to a whole number, in the lowest bits
  const float shifted = x * 1.44269504F + kShift;
  const float whole = shifted - kShift;
  const float r = (x - whole * 0.693359375F) + whole * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  const auto power = std::bit_cast<std::uint32_t>(shifted) << 23U;  // what lies above the exponent falls off
  return p * std::bit_cast<float>(power + 0x3F800000U);
}

}  // namespace

void normalise(const float* x, std::ptrdiff_t x_stride, const float* gain, const float* shift, const RowsOf& y) {
  const auto columns = y.columns, whole = columns / kSums * kSums;
  for (std::int64_t i = 0; i < y.rows; ++i, x += x_stride) {
    Sums sums{};
    for (std::int64_t c = 0; c < whole; c += kSums) {
      for (std::int64_t s = 0; s < kSums; ++s) sums[static_cast<std::size_t>(s)] += x[c + s];
    }
    for (std::int64_t c = whole; c < columns; ++c) sums[0] += x[c];
    const float mean = total(sums) / static_cast<float>(columns);
    sums = {};
    for (std::int64_t c = 0; c < whole; c += kSums) {
      for (std::int64_t s = 0; s < kSums; ++s) {
        const float away = x[c + s] - mean;
        sums[static_cast<std::size_t>(s)] += away * away;
      }
    }
    for (std::int64_t c = whole; c < columns; ++c) sums[0] += (x[c] - mean) * (x[c] - mean);
    const float scale = 1.0F / std::sqrt(total(sums) / static_cast<float>(columns) + 1e-5F);
    float* to = y.row(i);
    for (std::int64_t c = 0; c < columns; ++c) to[c] = (x[c] - mean) * scale * gain[c] + shift[c];
  }
}

void softmax(const RowsOf& x) {
  for (std::int64_t i = 0; i < x.rows; ++i) {
    float* row = x.row(i);
    float largest = row[0];
    for (std::int64_t c = 1; c < x.columns; ++c) largest = std::max(largest, row[c]);
    for (std::int64_t c = 0; c < x.columns; ++c) {
      const float below = row[c] - largest;
      row[c] = below > -87.0F ? exponential(below) : 0.0F;
    }
    float sum = 0.0F;
    for (std::int64_t c = 0; c < x.columns; ++c) sum += row[c];
    const float share = 1.0F / sum;
    for (std::int64_t c = 0; c < x.columns; ++c) row[c] *= share;
  }
}

void gate_by_silu(const RowsOf& x) {
  const auto half = x.columns / 2;
  for (std::int64_t i = 0; i < x.rows; ++i) {
    float* __restrict row = x.row(i);
    const float* __restrict gate = row + half;
    for (std::int64_t c = 0; c < half; ++c) row[c] *= gate[c] / (1.0F + exponential(-gate[c]));
  }
}

void rotate_heads(const RowsOf& x, std::int64_t head_dims, std::int64_t half, const float* cosine, const float* sine) {
  for (std::int64_t i = 0; i < x.rows; ++i, cosine += half, sine += half) {
    for (float* head = x.row(i); head < x.row(i) + x.columns; head += head_dims) {
      float* __restrict left = head;
      float* __restrict right = head + half;
      for (std::int64_t c = 0; c < half; ++c) {
        const float a = left[c], b = right[c];
        left[c] = a * cosine[c] - b * sine[c];
        right[c] = b * cosine[c] + a * sine[c];
      }
    }
  }
}

}  // namespace photoplayer::network
