// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The power spectrum of real samples, in double precision. The only place that knows the FFT library. One thread.
#include <memory>
#include <span>

namespace photoplayer::train {

class PowerFourier {
 public:
  /// `size` samples: even, at least 4.
  explicit PowerFourier(std::size_t size);
  ~PowerFourier();
  PowerFourier(PowerFourier&&) noexcept;
  PowerFourier& operator=(PowerFourier&&) noexcept;

  /// |X_k|², k = 0…size/2, of [size] samples.
  void power(std::span<const double> samples, std::span<double> out);

  /// The first values of the circular autocorrelation of [size] samples.
  void autocorrelation(std::span<const double> samples, std::span<double> out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace photoplayer::train
