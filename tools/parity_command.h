// SPDX-License-Identifier: Apache-2.0
#pragma once
/// `photoplayer parity FILE [--json]`: recomputes a parity file and shows how far off each tensor is.
#include "run.h"

namespace photoplayer::tools {

[[nodiscard]] Result<Verdict> check_parity_file(const ParityOptions& options);

}  // namespace photoplayer::tools
