// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A tempo that the picture kept for a while, as opposed to one that it seemed to have for a moment; and the music's
/// tempo that goes with it. Pure; any thread. Tested in tests/unit/stream/steady_pulse_test.cpp.
#include <photoplayer/stream/timeline.h>

#include <optional>
#include <span>

namespace photoplayer::stream {

/// The newest look that agrees with the rest, with their median tempo, if three quarters of at least twelve looks are
/// confident (0.6) and within 4 % of it.
[[nodiscard]] std::optional<PulseObservation> steady_pulse(std::span<const PulseObservation> looks);

/// `bpm`, doubled or halved into [slow_bpm, fast_bpm], as near to `present_bpm` as it gets. Nothing if it does not fit.
[[nodiscard]] std::optional<double> fold_tempo_bpm(double bpm, double slow_bpm, double fast_bpm, double present_bpm);

}  // namespace photoplayer::stream
