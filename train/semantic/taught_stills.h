// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The packed stills of collect_stills.py with what the teacher says of them, computed once and kept beside
/// them.
#include "teacher.h"

#include <filesystem>

#include <nlohmann/json.hpp>

namespace photoplayer::train {

struct TaughtStills {
  static constexpr std::int64_t kSide = 144;  ///< a little more than the student sees, for random crops
  torch::Tensor rgb;                          ///< uint8 [rows, 3, 144, 144]
  torch::Tensor pooled;                       ///< [rows, 1280]
  torch::Tensor logits;                       ///< [rows, 1001]
  torch::Tensor still;                        ///< int64 [rows]: rows of one still never part between training and test
  torch::Tensor source;                       ///< int64 [rows]: index into `sources`
  nlohmann::json sources;                     ///< package, version, licence, counts
};

/// Reads `stem`.raw and `stem`.json; computes or reads the cache `stem`.taught.
[[nodiscard]] Result<TaughtStills> load_taught_stills(const std::filesystem::path& stem, const Teacher& teacher);

}  // namespace photoplayer::train
