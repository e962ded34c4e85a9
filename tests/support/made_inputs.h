// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Inputs by formula, the same as tests/data/features/made_inputs.py makes them, and the goldens that belong to them.
#include <photoplayer/stream/picture.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>
#include <vector>

namespace photoplayer::tests {

inline nlohmann::json feature_goldens(const std::string& name) {
  const char* data = std::getenv("PHOTOPLAYER_TEST_DATA");
  const auto path = std::filesystem::path(data != nullptr ? data : "tests/data") / "features" / name;
  std::ifstream file(path);
  if (!file) throw std::runtime_error("no goldens at " + path.string() + "; run the tests through ctest");
  return nlohmann::json::parse(file);
}

class Noise {
 public:
  explicit Noise(std::uint32_t seed) : state_(seed) {}
  std::uint32_t next() { return state_ = state_ * 1664525U + 1013904223U; }
  double next_signed() { return next() / 2147483648.0 - 1.0; }

 private:
  std::uint32_t state_;
};

class MadePicture {
 public:
  /// Ramps and a chessboard under noise; `turn` moves them to other channels. `padding` bytes lie between rows.
  MadePicture(int width, int height, std::uint32_t seed, int turn = 0, int padding = 0)
      : width_(width), height_(height), stride_(3 * width + padding) {
    Noise noise(seed);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const int patterns[] = {x * 255 / std::max(width - 1, 1), y * 255 / std::max(height - 1, 1),
                                (x / 16 + y / 16) % 2 * 255};
        for (int c = 0; c < 3; ++c) {
          const int grain = static_cast<int>(noise.next() >> 24U);
          rgb_.push_back(static_cast<std::uint8_t>((3 * patterns[(c + turn) % 3] + grain) >> 2));
        }
      }
      rgb_.insert(rgb_.end(), static_cast<std::size_t>(padding), std::uint8_t{77});
    }
  }
  [[nodiscard]] stream::PictureView view() const { return {rgb_.data(), width_, height_, stride_}; }

 private:
  int width_, height_;
  std::ptrdiff_t stride_;
  std::vector<std::uint8_t> rgb_;
};

/// Two waves and noise, rounded down to 1 / steps if that is above 0.
inline std::vector<double> made_curve(std::uint32_t seed, std::size_t count, int steps = 0) {
  Noise noise(seed);
  std::vector<double> curve;
  for (std::size_t k = 0; k < count; ++k) {
    const auto i = static_cast<double>(k);
    const double value = std::sin(0.05 * i) + 0.4 * std::sin(0.31 * i + seed) + 0.3 * noise.next_signed();
    curve.push_back(steps > 0 ? std::floor(value * steps) / steps : value);
  }
  return curve;
}

inline constexpr double kMadeRate = 44100.0;

/// A rising tone, a swelling tone, and bursts of noise about twice a second with different strengths, in 16 bits: as in
/// any recording there is a floor, without which quiet bands would hold nothing but the FFT's rounding errors.
inline std::vector<float> made_band(std::size_t samples, std::uint32_t seed) {
  constexpr double kTurn = 2.0 * std::numbers::pi;
  std::vector<double> music(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    const double t = static_cast<double>(i) / kMadeRate;
    music[i] = 0.2 * std::sin(kTurn * (80.0 * t + 40.0 * t * t)) +
               0.1 * std::sin(kTurn * 440.0 * t) * (0.5 + 0.5 * std::sin(kTurn * 0.25 * t));
  }
  Noise dice(seed);
  double at_s = 0.35;
  for (std::uint32_t hit = 0; at_s < static_cast<double>(samples) / kMadeRate; ++hit) {
    Noise noise(seed + 1 + hit);
    const double loudness = 0.05 + 0.6 * (dice.next() / 4294967296.0);
    const auto first = static_cast<std::size_t>(at_s * kMadeRate);
    for (std::size_t i = 0; i < std::min<std::size_t>(samples - first, 17640); ++i) {
      music[first + i] += loudness * std::exp(-12.0 * static_cast<double>(i) / kMadeRate) * noise.next_signed();
    }
    at_s += 0.3 + 0.4 * (dice.next() / 4294967296.0);
  }
  std::vector<float> rounded(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    rounded[i] = static_cast<float>(std::floor(music[i] * 32768.0 + 0.5) / 32768.0);
  }
  return rounded;
}

/// One full-scale sample at each whole second from the first on, louder and softer in turns, else silence.
inline std::vector<float> made_clicks(std::size_t samples) {
  std::vector<float> music(samples, 0.0F);
  for (std::size_t second = 1; second * 44100 < samples; ++second)
    music[second * 44100] = second % 2 != 0 ? 1.0F : 0.5F;
  return music;
}

}  // namespace photoplayer::tests
