// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The music that the goldens were taken from.
#include <map>
#include <span>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/made_inputs.h"

namespace photoplayer::tests {

inline const std::vector<float>& signal(const std::string& name) {
  static const std::map<std::string, std::vector<float>> signals = {
      {"band, 30 s", made_band(1323000, 1)},  {"band, 30.02 s", made_band(1323882, 2)},
      {"band, 21.3 s", made_band(939330, 3)}, {"clicks, 12.7 s", made_clicks(560070)},
      {"clicks, 12 s", made_clicks(529200)},
  };
  return signals.at(name);
}

/// Largest difference; infinite if the sizes differ.
inline double worst(const std::vector<float>& ours, const std::vector<float>& golden) {
  if (ours.size() != golden.size()) return HUGE_VAL;
  double largest = 0.0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const double difference = std::abs(static_cast<double>(ours[i]) - static_cast<double>(golden[i]));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

}  // namespace photoplayer::tests
