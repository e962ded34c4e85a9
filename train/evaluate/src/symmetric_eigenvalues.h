// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <vector>

namespace photoplayer::train::detail {

/// Eigenvalues, in no order, of a symmetric matrix [n, n], which is used up. Householder to three diagonals, then
/// implicit QL steps with Wilkinson's shift; O(n³). Errors are a few units in the last place of the largest.
[[nodiscard]] std::vector<double> symmetric_eigenvalues(std::vector<double> matrix, std::size_t n);

}  // namespace photoplayer::train::detail
