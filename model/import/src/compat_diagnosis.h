// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which reading of the network a checkpoint was trained with. In the released code the colour stream never reaches the
/// network, so that its two projections keep the values they were initialised with: uniform within 1/√(inputs). A
/// projection that took part in training leaves that range. A layer that no code ever uses is the control.
#include "gathered_weights.h"

#include <string>

namespace photoplayer::model::detail {

struct CompatFinding {
  std::string compat;  ///< "released" or "paper"
  std::string reason;
  bool sure = true;
};

/// For weights without misfits.
[[nodiscard]] CompatFinding diagnose_compat(const GatheredWeights& found);

}  // namespace photoplayer::model::detail
