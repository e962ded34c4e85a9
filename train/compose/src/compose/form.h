// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The order of sections: which theme, how full, which layers. Contrast comes from here.
#include "sketch.h"

namespace photoplayer::train::detail {

/// Fills sketch.sections and makes as many themes as they name.
void plan_form(Sketch& sketch, Random random);

}  // namespace photoplayer::train::detail
