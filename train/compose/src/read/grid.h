// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A score on the sixteenth grid, before it is cut into pieces.
#include <cstdint>
#include <vector>

namespace photoplayer::train::detail {

struct GridNote {
  int start = 0, length = 1;  ///< steps
  std::uint8_t pitch = 0, channel = 0, program = 0;
  int track = 0;
};

struct Bar {
  int start = 0;  ///< steps
  int beats = 4;  ///< quarters
  bool usable = true;
};

}  // namespace photoplayer::train::detail
