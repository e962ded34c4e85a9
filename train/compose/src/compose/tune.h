// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The tune of one theme.
#include "sketch.h"

namespace photoplayer::train::detail {

/// kThemeBars of melody over `spans`; equal random numbers give equal bars as far as the chords are equal.
[[nodiscard]] std::vector<PieceNote> invent_tune(const Sketch& sketch, const std::vector<ChordSpan>& spans,
                                                 double density, bool closes, Random random);

}  // namespace photoplayer::train::detail
