// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What lies between a transformer's products, on rows of numbers. No allocation, any thread.
#include <cstddef>
#include <cstdint>

namespace photoplayer::network {

/// Rows that lie `stride` numbers apart.
struct RowsOf {
  float* first = nullptr;
  std::int64_t rows = 0, columns = 0;
  std::ptrdiff_t stride = 0;

  [[nodiscard]] float* row(std::int64_t i) const { return first + i * stride; }
};

/// LayerNorm with an epsilon of 1e-5.
void normalise(const float* x, std::ptrdiff_t x_stride, const float* gain, const float* shift, const RowsOf& y);

/// In place; e to the power of what lies 87 below a row's largest number, or more, is 0.
void softmax(const RowsOf& x);

/// The first half of each row becomes first half · silu(second half).
void gate_by_silu(const RowsOf& x);

/// Turns number i with number i + half of each head by the row's angle i. `cosine`, `sine`: [rows, half].
void rotate_heads(const RowsOf& x, std::int64_t head_dims, std::int64_t half, const float* cosine, const float* sine);

}  // namespace photoplayer::network
