// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/perception/clip_picture.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/made_inputs.h"

using namespace photoplayer;
using perception::ClipPicture;
using tests::MadePicture;

namespace {

constexpr int kSide = stream::kClipSide;

std::string fnv1a(const stream::PictureView& picture) {
  std::uint64_t state = 0xCBF29CE484222325ULL;
  for (int y = 0; y < picture.height; ++y) {
    for (int i = 0; i < 3 * picture.width; ++i) {
      state = (state ^ picture.rgb[y * picture.stride_bytes + i]) * 0x100000001B3ULL;
    }
  }
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(state));
  return text;
}

}  // namespace

TEST_CASE("ClipPicture: byte for byte what Pillow and torchvision make", "[perception][golden]") {
  const auto goldens = tests::feature_goldens("pictures.json");
  ClipPicture clip;
  for (const auto& golden : goldens["clip"]) {
    for (const int padding : {0, 5}) {
      const int width = golden["width"], height = golden["height"];
      const MadePicture picture(width, height, golden["seed"], 0, padding);
      const auto ours = clip.make(picture.view());
      REQUIRE(ours);
      REQUIRE(ours->width == kSide);
      REQUIRE(ours->height == kSide);
      CAPTURE(width, height, padding);
      for (const auto& pixel : golden["pixels"]) {
        const int x = pixel[0], y = pixel[1];
        CAPTURE(x, y);
        for (std::size_t c = 0; c < 3; ++c) {
          CHECK(int{ours->rgb[y * ours->stride_bytes + 3 * x + static_cast<int>(c)]} == pixel[2 + c].get<int>());
        }
      }
      CHECK(fnv1a(*ours) == golden["hash"].get<std::string>());
    }
  }
}

TEST_CASE("ClipPicture: the middle is kept, an odd pixel more goes half to even", "[perception][unit]") {
  // 224 high, so that nothing is resized: column x of the frame has the value x.
  const auto first_column = [](int width) {
    std::vector<std::uint8_t> rgb;
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < width; ++x) rgb.insert(rgb.end(), 3, static_cast<std::uint8_t>(x));
    }
    ClipPicture clip;
    return int{clip.make({rgb.data(), width, kSide, 3 * width})->rgb[0]};
  };
  CHECK(first_column(224) == 0);
  CHECK(first_column(225) == 0);  // 0.5
  CHECK(first_column(226) == 1);
  CHECK(first_column(227) == 2);  // 1.5
  CHECK(first_column(229) == 2);  // 2.5
}

TEST_CASE("ClipPicture: an empty frame is bad input", "[perception][unit]") {
  ClipPicture clip;
  const std::uint8_t pixel[3] = {1, 2, 3};
  for (const stream::PictureView& empty :
       {stream::PictureView{}, stream::PictureView{pixel, 0, 1, 3}, stream::PictureView{pixel, 1, 0, 3}}) {
    const auto made = clip.make(empty);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == ErrorCode::kBadInput);
  }
}

TEST_CASE("ClipPicture: time on this machine", "[perception][.timing]") {
  for (const auto& [width, height] : {std::pair{640, 360}, std::pair{1920, 1080}, std::pair{7680, 4320}}) {
    const MadePicture picture(width, height, 1);
    ClipPicture clip;
    double best_ms = 1e9;
    for (int i = 0; i < 5; ++i) {
      const auto start = std::chrono::steady_clock::now();
      REQUIRE(clip.make(picture.view()));
      const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
      best_ms = std::min(best_ms, took.count());
    }
    std::cout << "ClipPicture::make, " << width << " × " << height << ": " << best_ms << " ms\n";
  }
}
