// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/perception/slow_path.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "scenes.h"
#include "support/catch.h"

using namespace photoplayer;
using perception::SlowPath;
using perception::StillSchedule;
using tests::Picture;

namespace {

struct Brightness final : stream::SemanticEncoder {
  void encode(const stream::PictureView& still, std::span<float, stream::kSemanticDims> out) override {
    out[still.rgb[0]] = 1.0F;
    ++calls;
  }
  int calls = 0;
};

struct Broken final : stream::SemanticEncoder {
  void encode(const stream::PictureView&, std::span<float, stream::kSemanticDims> out) override {
    out[3] = std::numeric_limits<float>::quiet_NaN();
    if (throws) throw std::runtime_error("no");
  }
  bool throws = false;
};

int stills_taken(double fps, double length_s) {
  StillSchedule schedule;
  int taken = 0;
  for (int i = 0; i / fps < length_s - 1e-9; ++i) {
    // As GStreamer stamps: whole nanoseconds, rounded down.
    const double time_s = 3.37 + std::floor(i / fps * 1e9) * 1e-9;
    if (!schedule.due(time_s)) continue;
    schedule.take(time_s);
    ++taken;
  }
  return taken;
}

}  // namespace

TEST_CASE("StillSchedule: one still a second at any frame rate, the first frame included", "[perception][unit]") {
  const double fps = GENERATE(1.0, 10.0, 24000.0 / 1001.0, 25.0, 30000.0 / 1001.0, 60.0, 240.0);
  CAPTURE(fps);
  CHECK(stills_taken(fps, 10.0) == 10);
}

TEST_CASE("StillSchedule: at less than one frame a second every frame is a still", "[perception][unit]") {
  CHECK(stills_taken(0.5, 10.0) == 5);
}

TEST_CASE("StillSchedule: does not insist after a gap, starts anew when time goes back", "[perception][unit]") {
  StillSchedule schedule;
  CHECK(schedule.due(5.0));
  schedule.take(5.0);
  CHECK_FALSE(schedule.due(5.0));
  CHECK_FALSE(schedule.due(5.97));
  CHECK_FALSE(schedule.due(4.95));  // jitter
  CHECK(schedule.due(3600.0));
  schedule.take(3600.0);
  CHECK_FALSE(schedule.due(3600.5));
  CHECK(schedule.due(10.0));
  schedule.take(10.0);
  CHECK_FALSE(schedule.due(10.5));
  CHECK(schedule.due(11.0));
  CHECK_FALSE(schedule.due(std::numeric_limits<double>::quiet_NaN()));
  schedule.take(std::numeric_limits<double>::quiet_NaN());
  CHECK(schedule.due(11.0));
  schedule.reset();
  CHECK(schedule.due(10.1));
}

TEST_CASE("SlowPath: gives meaning and colour, stamped with the frame's time", "[perception][unit]") {
  Brightness encoder;
  SlowPath path(&encoder);
  CHECK(path.wants(2.0));
  const auto seen = path.look(Picture(stream::kStillSide, stream::kStillSide).fill({200, 200, 200}).view(), 2.0);
  CHECK_FALSE(path.wants(2.5));
  CHECK(seen.time_s == 2.0);
  CHECK(seen.semantic[200] == 1.0F);
  CHECK(encoder.calls == 1);
  CHECK(std::accumulate(seen.colour.begin(), seen.colour.end(), 0.0F) == Approx(1.0F).margin(1e-4));
}

TEST_CASE("SlowPath: CLIP sees the middle of the frame, the colours are the whole frame's", "[perception][unit]") {
  class Clip final : public stream::SemanticEncoder {
   public:
    stream::StillKind still() const override { return stream::StillKind::kClip; }
    void encode(const stream::PictureView& still, std::span<float, stream::kSemanticDims> out) override {
      CHECK(still.width == stream::kClipSide);
      CHECK(still.height == stream::kClipSide);
      for (int x : {0, 112, 223}) out[static_cast<std::size_t>(x)] = still.rgb[100 * still.stride_bytes + 3 * x];
    }
  } encoder;
  // Red at both sides, which the crop leaves out; grey in the middle.
  Picture frame(640, 320);
  frame.paint([](double x, double) {
    return std::abs(x - 0.5) < 0.27 ? tests::Colour{80, 80, 80} : tests::Colour{255, 0, 0};
  });
  SlowPath path(&encoder);
  const auto seen = path.look(frame.view(), 0.0);
  CHECK(path.encoder_failures() == 0);
  for (std::size_t x : {0U, 112U, 223U}) CHECK(seen.semantic[x] == 80.0F);
  Picture grey(640, 320);
  const auto other = path.look(grey.fill({80, 80, 80}).view(), 1.0);
  CHECK(seen.colour != other.colour);
}

TEST_CASE("SlowPath: without an encoder the meaning is zero and the colour is there", "[perception][unit]") {
  SlowPath path(nullptr);
  const auto seen = path.look(Picture(stream::kStillSide, stream::kStillSide).fill({10, 200, 30}).view(), 0.0);
  for (const float value : seen.semantic) REQUIRE(value == 0.0F);
  CHECK(std::accumulate(seen.colour.begin(), seen.colour.end(), 0.0F) == Approx(1.0F).margin(1e-4));
}

TEST_CASE("SlowPath: an encoder that fails leaves zeros and is counted", "[perception][unit]") {
  Broken encoder;
  encoder.throws = GENERATE(false, true);
  SlowPath path(&encoder);
  const auto seen = path.look(Picture(stream::kStillSide, stream::kStillSide).fill({9, 9, 9}).view(), 0.0);
  for (const float value : seen.semantic) REQUIRE(value == 0.0F);
  CHECK(path.encoder_failures() == 1);
}

TEST_CASE("SlowPath: no picture is no colour", "[perception][unit]") {
  SlowPath path(nullptr);
  const auto seen = path.look({}, 1.0);
  for (const float value : seen.colour) REQUIRE(value == 0.0F);
}
