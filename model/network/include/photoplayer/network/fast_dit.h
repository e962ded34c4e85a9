// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The transformer for playing a score live: what Dit computes, to the rounding of fp32, on the calling thread alone
/// and without LibTorch between its products. Dit is its reference and what is trained. Saved against it, exactly:
/// - attention to the picture is not computed for the branch that sees nothing, nor for tokens that are hidden;
/// - keys, and values times the output projection, once per window; what depends on time alone, once per time;
/// - both branches of guidance are one product each, and one self-attention in the first block, where they are equal;
/// - the last block only for the latents that are wanted.
/// tests/unit/model/fast_dit_test.cpp holds it to Dit, bench/parlour_bench.cpp times both.
#include <photoplayer/network/dit.h>
#include <torch/torch.h>

#include <cstdint>
#include <memory>

namespace photoplayer::network {

/// What stays the same for all steps of a window.
struct FastWindow {
  Contexts contexts;         ///< of batch 1, with `visible` defined
  torch::Tensor plan;        ///< [tokens, plan_numbers]
  torch::Tensor global;      ///< [global_numbers]
  std::int64_t context = 0;  ///< first tokens, whose velocity nobody wants
};

/// For one thread at a time. Errors are c10::Error, as LibTorch's own.
class FastDit {
 public:
  /// Copies the weights, in half width where that loses nothing. Later changes of `dit` are not seen.
  explicit FastDit(Dit dit);
  FastDit(const FastDit&) = delete;
  FastDit& operator=(const FastDit&) = delete;
  ~FastDit();

  void begin(const FastWindow& window);

  /// x [tokens, latent_dims] → v like x, its first `context` rows 0. With guidance g other than 1: u + g (v − u), u
  /// being what the network answers when it sees nothing. In bundles with clean context those rows of x are clean.
  [[nodiscard]] torch::Tensor velocity(const torch::Tensor& x, double t, double guidance);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace photoplayer::network
