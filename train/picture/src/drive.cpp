// SPDX-License-Identifier: Apache-2.0
#include "drive.h"

#include <algorithm>
#include <cmath>

namespace photoplayer::train {

Drive::Drive(std::vector<Onset> onsets, double decay_s) : onsets_(std::move(onsets)), decay_s_(decay_s) {
  std::sort(onsets_.begin(), onsets_.end(), [](const Onset& a, const Onset& b) { return a.time_s < b.time_s; });
  knots_.reserve(onsets_.size());
  Knot knot{0.0, 0.0};
  for (std::size_t i = 0; i < onsets_.size(); ++i) {
    const double rest = i == 0 ? 1.0 : std::exp(-(onsets_[i].time_s - onsets_[i - 1].time_s) / decay_s_);
    knot.travelled += knot.level * decay_s_ * (1.0 - rest);
    knot.level = knot.level * rest + static_cast<double>(onsets_[i].weight);
    knots_.push_back(knot);
  }
}

Drive::State Drive::at(double time_s) const noexcept {
  const auto next = std::upper_bound(onsets_.begin(), onsets_.end(), time_s,
                                     [](double time, const Onset& onset) { return time < onset.time_s; });
  if (next == onsets_.begin()) return {};
  const auto index = static_cast<std::size_t>(next - onsets_.begin()) - 1;
  const double since = time_s - onsets_[index].time_s;
  const double rest = std::exp(-since / decay_s_);
  const Knot& knot = knots_[index];
  return {static_cast<float>(knot.level * rest), knot.travelled + knot.level * decay_s_ * (1.0 - rest),
          static_cast<int>(index) + 1, since};
}

}  // namespace photoplayer::train
