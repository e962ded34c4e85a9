// SPDX-License-Identifier: Apache-2.0
// Cuts of real films, decoded by our reader, against PySceneDetect's with its own decoder (OpenCV). Both round YUV to
// RGB in a hurry: swscale's means lie up to 1.7 levels below exact arithmetic, libgstvideo's up to 3.4, which moves the
// hue of greyish pixels. So scores agree to a tenth, and cuts exactly. (From the same RGB, scores are equal:
// tests/unit/perception/content_detector_test.cpp.)
#include <gst/video/video.h>
#include <photoplayer/perception/content_detector.h>
#include <photoplayer/perception/frame_scaler.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "media/film_reader.h"
#include "support/catch.h"
#include "support/made_inputs.h"

using namespace photoplayer;

namespace {

constexpr double kScoreTolerance = 0.1;  ///< relative; measured: 0.08

struct Seen {
  std::vector<std::int64_t> cuts;
  std::vector<double> scores;
};

Seen watch(const std::filesystem::path& film) {
  static const std::atomic<bool> never{false};
  auto reader = tools::FilmReader::open(film, never);
  if (!reader) FAIL(reader.error().message);
  std::optional<perception::FrameScaler> scaler;
  perception::ContentDetector detector;
  Seen seen;
  while (true) {
    auto frame = (*reader)->next();
    if (!frame) FAIL(frame.error().message);
    if (!*frame) return seen;
    GstSample* sample = (*frame)->sample.get();
    GstVideoInfo info;
    GstVideoFrame mapped;
    REQUIRE(gst_video_info_from_caps(&info, gst_sample_get_caps(sample)));
    info.fps_n = 0;  // libgstvideo refuses to convert between infos with different frame rates
    info.fps_d = 1;
    if (!scaler) {
      auto made = perception::FrameScaler::make(info, stream::StillKind::kClip);
      if (!made) FAIL(made.error().message);
      scaler.emplace(std::move(*made));
    }
    REQUIRE(gst_video_frame_map(&mapped, &info, gst_sample_get_buffer(sample), GST_MAP_READ));
    const auto rgb = scaler->still(mapped);
    if (!rgb) FAIL(rgb.error().message);
    if (const auto cut = detector.add(*rgb)) seen.cuts.push_back(*cut);
    seen.scores.push_back(detector.score());
    gst_video_frame_unmap(&mapped);
  }
}

}  // namespace

TEST_CASE("ContentDetector: cuts of films equal PySceneDetect 0.6.6's", "[tools][gst][golden]") {
  const auto goldens = tests::feature_goldens("cuts.json");
  for (const auto& golden : goldens) {
    const bool shared = golden["root"] == "shared";
    const char* root = std::getenv(shared ? "PHOTOPLAYER_SHARED" : "PHOTOPLAYER_TEST_DATA");
    const auto film = std::filesystem::path(root != nullptr ? root : "") / golden["film"].get<std::string>();
    if (shared && (root == nullptr || !std::filesystem::exists(film))) {
      WARN("SKIPPED: no film at '" << film.string() << "' (PHOTOPLAYER_SHARED)");
      continue;
    }
    INFO(film.string());
    Seen seen = watch(film);
    CHECK(seen.cuts == golden["cuts"].get<std::vector<std::int64_t>>());
    REQUIRE(seen.scores.size() == golden["frames"].get<std::size_t>());
    const double mean = std::accumulate(seen.scores.begin(), seen.scores.end(), 0.0) / golden["frames"].get<double>();
    CHECK(mean == Approx(golden["mean"].get<double>()).epsilon(kScoreTolerance));
    for (std::size_t i = 0; i < golden["cuts"].size(); ++i) {
      double& score = seen.scores[golden["cuts"][i].get<std::size_t>()];
      CHECK(score == Approx(golden["cut_scores"][i].get<double>()).epsilon(kScoreTolerance));
      score = 0.0;
    }
    CHECK(*std::max_element(seen.scores.begin(), seen.scores.end()) ==
          Approx(golden["highest_other"].get<double>()).epsilon(kScoreTolerance));
  }
}
