// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/seam_metrics.h>
#include <photoplayer/train/statistics.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace photoplayer::train {
namespace {

constexpr std::size_t kLeastSeams = 5, kLeastOthers = 20;
constexpr double kUneven = 0.02;

struct Place {
  std::vector<const Joint*> seams, others;
};

std::vector<double> values(const std::vector<const Joint*>& joints, double Joint::*what) {
  std::vector<double> result;
  for (const Joint* joint : joints) result.push_back(joint->*what);
  return result;
}

double beyond(const Place& place, double Joint::*what) {
  const double limit = quantile(values(place.others, what), 0.95);
  const auto seams = values(place.seams, what);
  return static_cast<double>(std::count_if(seams.begin(), seams.end(), [&](double value) { return value > limit; }));
}

}  // namespace

SeamReport judge_seams(std::span<const Joint> joints) {
  SeamReport report;
  std::map<int, Place> places;
  // Notes begin on beats: only what is sharper than any of them can be a fault of a seam.
  double sharpest = 1.0;
  for (const Joint& joint : joints) sharpest = joint.seam ? sharpest : std::max(sharpest, joint.click);
  for (const Joint& joint : joints) {
    (joint.seam ? places[joint.place].seams : places[joint.place].others).push_back(&joint);
    if (!joint.seam) continue;
    ++report.seams;
    report.clicks += joint.click > sharpest ? 1.0 : 0.0;
    report.uneven += joint.interval > kUneven ? 1.0 : 0.0;
  }
  if (report.seams == 0) return report;
  report.clicks /= static_cast<double>(report.seams);
  report.uneven /= static_cast<double>(report.seams);

  constexpr std::array kFeatures = {&Joint::click,   &Joint::flux,   &Joint::loudness,
                                    &Joint::harmony, &Joint::stereo, &Joint::interval};
  std::vector<double> features;
  std::vector<bool> is_seam;
  double rank = 0.0;
  for (const auto& [number, place] : places) {
    if (place.seams.size() < kLeastSeams || place.others.size() < kLeastOthers) continue;
    report.compared += place.seams.size();
    report.loud += beyond(place, &Joint::loudness);
    report.foreign += beyond(place, &Joint::harmony);
    report.wide += beyond(place, &Joint::stereo);
    for (const Joint* seam : place.seams) {
      const auto lower = [&](const Joint* other) { return other->flux < seam->flux; };
      rank += static_cast<double>(std::count_if(place.others.begin(), place.others.end(), lower)) /
              static_cast<double>(place.others.size());
    }
    // As many of each kind, spread over the piece, and each feature against its own place: the place is no clue.
    std::array<double, kFeatures.size()> usual{};
    for (std::size_t i = 0; i < kFeatures.size(); ++i) usual[i] = quantile(values(place.others, kFeatures[i]), 0.5);
    const auto add = [&](const std::vector<const Joint*>& kind, bool seam) {
      const std::size_t count = std::min(place.seams.size(), place.others.size());
      for (std::size_t k = 0; k < count; ++k) {
        const Joint* joint = kind[k * kind.size() / count];
        for (std::size_t i = 0; i < kFeatures.size(); ++i) features.push_back(joint->*kFeatures[i] - usual[i]);
        is_seam.push_back(seam);
      }
    };
    add(place.seams, true);
    add(place.others, false);
  }
  if (report.compared == 0) return report;
  const auto compared = static_cast<double>(report.compared);
  report.loud /= compared;
  report.foreign /= compared;
  report.wide /= compared;
  report.flux_rank = rank / compared;
  report.flux_rank_z = (report.flux_rank - 0.5) * std::sqrt(12.0 * compared);
  report.detectability = cross_validated_auc(features, kFeatures.size(), is_seam);
  return report;
}

}  // namespace photoplayer::train
