// SPDX-License-Identifier: Apache-2.0

#include <photoplayer/train/fourier.h>

#include <complex>
#include <cstddef>
#include <kissfft.hh>
#include <vector>

namespace photoplayer::train {

struct PowerFourier::State {
  explicit State(std::size_t size)
      : half(size / 2), fft(half, false), spectrum(half), symmetric(size), powers(half + 1) {}

  /// [half], the last (Nyquist) value packed into the imaginary part of the first.
  void transform(const double* samples) { fft.transform_real(samples, spectrum.data()); }

  std::size_t half;
  kissfft<double> fft;
  std::vector<std::complex<double>> spectrum;
  std::vector<double> symmetric;
  std::vector<double> powers;
};

PowerFourier::PowerFourier(std::size_t size) : state_(std::make_unique<State>(size)) {}
PowerFourier::~PowerFourier() = default;
PowerFourier::PowerFourier(PowerFourier&&) noexcept = default;
PowerFourier& PowerFourier::operator=(PowerFourier&&) noexcept = default;

void PowerFourier::power(std::span<const double> samples, std::span<double> out) {
  state_->transform(samples.data());
  const auto& spectrum = state_->spectrum;
  out[0] = spectrum[0].real() * spectrum[0].real();
  out[state_->half] = spectrum[0].imag() * spectrum[0].imag();
  for (std::size_t k = 1; k < state_->half; ++k) out[k] = std::norm(spectrum[k]);
}

/// A power spectrum is real and symmetric, so going forwards once more is as good as going back.
void PowerFourier::autocorrelation(std::span<const double> samples, std::span<double> out) {
  power(samples, state_->powers);
  const std::size_t size = 2 * state_->half;
  for (std::size_t k = 0; k <= state_->half; ++k) {
    state_->symmetric[k] = state_->powers[k];
    if (k > 0) state_->symmetric[size - k] = state_->powers[k];
  }
  state_->transform(state_->symmetric.data());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = state_->spectrum[i].real() / static_cast<double>(size);
}

}  // namespace photoplayer::train
