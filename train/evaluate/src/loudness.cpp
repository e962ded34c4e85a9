// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/audio_features.h>
#include <photoplayer/train/loudness.h>

#include <ebur128.h>

#include <cstddef>
#include <limits>
#include <memory>

namespace photoplayer::train {
namespace {

constexpr std::size_t kStep = kFeatureSampleRate / kLoudnessRate_hz;
constexpr double kSilence_lufs = -70.0;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Release {
  void operator()(ebur128_state* meter) const { ebur128_destroy(&meter); }
};

}  // namespace

Result<LoudnessCurves> loudness_curves(std::span<const float> stereo) {
  const std::unique_ptr<ebur128_state, Release> meter(
      ebur128_init(2, kFeatureSampleRate, EBUR128_MODE_M | EBUR128_MODE_S | EBUR128_MODE_I));
  if (meter == nullptr) return fail(ErrorCode::kInternal, "the loudness meter could not be made");
  constexpr std::size_t kMomentary = 4, kShortTerm = 30;  // steps
  const std::size_t steps = stereo.size() / 2 / kStep;
  LoudnessCurves curves;
  curves.momentary.assign(steps, kNone);
  curves.short_term.assign(steps, kNone);
  for (std::size_t step = 0; step < steps; ++step) {
    if (ebur128_add_frames_float(meter.get(), stereo.data() + step * kStep * 2, kStep) != EBUR128_SUCCESS)
      return fail(ErrorCode::kInternal, "the loudness meter failed");
    // A window that ends here has its middle half a window earlier.
    const auto note = [&](std::vector<double>& curve, std::size_t window, int (*measure)(ebur128_state*, double*)) {
      double lufs = 0.0;
      if (step + 1 < window || measure(meter.get(), &lufs) != EBUR128_SUCCESS || lufs < kSilence_lufs) return;
      curve[step + 1 - window / 2] = lufs;
    };
    note(curves.momentary, kMomentary, ebur128_loudness_momentary);
    note(curves.short_term, kShortTerm, ebur128_loudness_shortterm);
  }
  if (ebur128_loudness_global(meter.get(), &curves.integrated) != EBUR128_SUCCESS)
    return fail(ErrorCode::kInternal, "the loudness meter failed");
  return curves;
}

}  // namespace photoplayer::train
