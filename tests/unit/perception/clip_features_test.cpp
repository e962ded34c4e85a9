// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/kernels/rgb_uv_histogram.h>
#include <photoplayer/perception/clip_features.h>

#include <cmath>
#include <vector>

#include "scenes.h"
#include "support/catch.h"

using namespace photoplayer;
using perception::ClipFeatures;
using tests::Picture;

namespace {

std::array<float, stream::kColourDims> colours_of(const stream::PictureView& picture) {
  std::array<float, stream::kColourDims> out{};
  kernels::RgbUvHistogramArgs args;
  args.rgb = picture.rgb;
  args.width = picture.width;
  args.height = picture.height;
  args.stride_bytes = picture.stride_bytes;
  args.histogram = out.data();
  REQUIRE(kernels::rgb_uv_histogram(args).ok());
  return out;
}

}  // namespace

TEST_CASE("ClipFeatures: cuts, beats and colours fall into their seconds", "[perception][unit]") {
  // 10 frames a second from 100 s on, 5.3 s; another scene from 1.6 s and from 3.4 s on.
  Picture one(160, 90), two(160, 90), three(160, 90);
  one.paint([](double x, double y) { return tests::texture(x, y, 1); });
  two.paint([](double x, double y) { return tests::texture(x, y, 4); });
  three.paint([](double x, double y) { return tests::texture(x, y, 7); });
  ClipFeatures features;
  for (int i = 0; i < 53; ++i) {
    const Picture& now = i < 16 ? one : i < 34 ? two : three;
    features.add(now.view(), 100.0 + 0.1 * i);
  }
  const auto rows = features.finish(105.3);
  CHECK(rows.scene_cut == std::vector<float>{0.0F, 1.0F, 0.0F, 1.0F, 0.0F, 0.0F});
  REQUIRE(rows.visual_beat.size() == 6);
  CHECK(rows.visual_beat[2] > 0.3F);  // 1.6 s rounds to 2, 3.4 s to 3
  CHECK(rows.visual_beat[3] > 0.3F);
  CHECK(std::max(rows.visual_beat[2], rows.visual_beat[3]) == 1.0F);
  for (const std::size_t calm : {0U, 1U, 4U, 5U}) CHECK(rows.visual_beat[calm] == 0.0F);
  REQUIRE(rows.colour.size() == 6);
  const Picture* first_of_second[] = {&one, &one, &two, &two, &three, &three};
  for (std::size_t second = 0; second < 6; ++second) {
    CAPTURE(second);
    CHECK(rows.colour[second] == colours_of(first_of_second[second]->view()));
  }
}

TEST_CASE("ClipFeatures: seconds without frames keep the colours before, and the length counts", "[perception][unit]") {
  Picture red, blue;
  red.fill({200, 30, 30});
  blue.fill({30, 30, 200});
  ClipFeatures features;
  features.add(red.view(), 0.0);
  features.add(blue.view(), 2.5);
  const auto rows = features.finish(4.0);
  REQUIRE(rows.colour.size() == 4);
  REQUIRE(rows.scene_cut.size() == 4);
  REQUIRE(rows.visual_beat.size() == 4);
  CHECK(rows.colour[1] == colours_of(red.view()));
  CHECK(rows.colour[2] == colours_of(blue.view()));
  CHECK(rows.colour[3] == colours_of(blue.view()));
  CHECK(features.finish(4.00001).colour.size() == 4);
  CHECK(features.finish(4.1).colour.size() == 5);
  CHECK(ClipFeatures().finish(10.0).colour.empty());
}
