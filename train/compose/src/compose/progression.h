// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The chords: four-bar phrases joined to eight-bar themes, themes laid out over the form.
#include "sketch.h"

namespace photoplayer::train::detail {

/// Fills each theme's spans, then sketch.spans; the piece's last bar is the tonic when `final_cadence`.
void plan_chords(Sketch& sketch, Random random, bool final_cadence);

}  // namespace photoplayer::train::detail
