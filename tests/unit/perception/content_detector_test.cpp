// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/perception/content_detector.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/made_inputs.h"

using namespace photoplayer;
using perception::ContentDetector;
using perception::ContentSettings;
using perception::CutFilter;
using tests::MadePicture;

namespace {

using Cuts = std::vector<std::pair<std::int64_t, std::int64_t>>;  ///< frame that confirms, frame that is the cut

/// A film in black and white: true begins with a change.
Cuts cuts_of(const std::vector<bool>& changes, const ContentSettings& settings) {
  ContentDetector detector(settings);
  std::array<std::uint8_t, 8 * 8 * 3> rgb{};
  Cuts cuts;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (changes[i]) rgb.fill(static_cast<std::uint8_t>(255 - rgb[0]));
    if (const auto cut = detector.add({rgb.data(), 8, 8, 24})) cuts.emplace_back(i, *cut);
  }
  return cuts;
}

std::vector<bool> changes_at(std::size_t frames, const std::vector<std::size_t>& at) {
  std::vector<bool> changes(frames, false);
  for (const std::size_t i : at) changes[i] = true;
  return changes;
}

}  // namespace

TEST_CASE("ContentDetector: scores equal PySceneDetect 0.6.6 with OpenCV at every size", "[perception][golden]") {
  const auto goldens = tests::feature_goldens("pictures.json");
  for (const auto& golden : goldens["content"]) {
    const int width = golden["width"], height = golden["height"];
    ContentDetector detector;
    for (int k = 0; k < 6; ++k) {
      const MadePicture frame(width, height, static_cast<std::uint32_t>(k + 1), k / 2, k % 2 * 7);
      static_cast<void>(detector.add(frame.view()));
      CAPTURE(width, height, k);
      CHECK(detector.score() == Approx(golden["scores"][static_cast<std::size_t>(k)].get<double>()).epsilon(1e-12));
    }
  }
}

TEST_CASE("ContentDetector: cuts equal PySceneDetect's, merged or suppressed, and when it tells",
          "[perception][golden]") {
  const auto goldens = tests::feature_goldens("pictures.json");
  for (const auto& golden : goldens["filter"]) {
    tests::Noise noise(golden["seed"]);
    std::vector<bool> changes;
    for (int i = 0; i < 400; ++i) changes.push_back(noise.next() >> 24U < golden["density"].get<std::uint32_t>());
    ContentSettings settings;
    settings.min_scene_frames = golden["shortest"];
    settings.filter = golden["merge"].get<bool>() ? CutFilter::kMerge : CutFilter::kSuppress;
    CAPTURE(golden["seed"].get<int>(), golden["merge"].get<bool>());
    CHECK(cuts_of(changes, settings) == golden["cuts"].get<Cuts>());
  }
}

TEST_CASE("ContentDetector: a burst of cuts becomes one at its end, or one at its beginning", "[perception][unit]") {
  const auto burst = changes_at(80, {20, 25, 30, 40, 70});
  CHECK(cuts_of(burst, {}) == Cuts{{20, 20}, {55, 40}, {70, 70}});
  ContentSettings online;
  online.filter = CutFilter::kSuppress;
  CHECK(cuts_of(burst, online) == Cuts{{20, 20}, {40, 40}, {70, 70}});
}

TEST_CASE("ContentDetector: no cut within the first scene's least length", "[perception][unit]") {
  CHECK(cuts_of(changes_at(40, {14}), {}).empty());
  CHECK(cuts_of(changes_at(40, {15}), {}) == Cuts{{15, 15}});
}

TEST_CASE("ContentDetector: frames that do not fit are counted and not looked at", "[perception][unit]") {
  const MadePicture small(300, 200, 1), other(300, 200, 9, 1), large(400, 200, 5, 2);
  ContentDetector detector;
  for (int i = 0; i < 18; ++i) CHECK_FALSE(detector.add(small.view()));
  CHECK_FALSE(detector.add(large.view()));
  CHECK_FALSE(detector.add({}));
  CHECK(detector.score() == 0.0);
  CHECK(detector.add(other.view()) == 20);
  CHECK(detector.score() > 27.0);
}

TEST_CASE("ContentDetector: reset begins another film", "[perception][unit]") {
  const MadePicture one(300, 200, 1), two(400, 200, 9, 1), three(400, 200, 9, 2);
  ContentDetector detector;
  for (int i = 0; i < 18; ++i) CHECK_FALSE(detector.add(one.view()));
  detector.reset();
  for (int i = 0; i < 15; ++i) CHECK_FALSE(detector.add(two.view()));
  CHECK(detector.add(three.view()) == 15);
}
