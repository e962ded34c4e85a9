// SPDX-License-Identifier: Apache-2.0
#include <gst/gst.h>
#include <photoplayer/perception/frame_scaler.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "scenes.h"
#include "support/catch.h"

using namespace photoplayer;
using perception::FrameScaler;
using tests::Colour;
using tests::Picture;

namespace {

/// A frame in any format, painted by converting an RGB picture of the same size with libgstvideo (exact
/// sizes; the scaling under test is not involved). `padding_bytes` widens every row beyond the format's own
/// stride.
class Frame {
 public:
  template <typename Paint>
  Frame(GstVideoFormat format, int width, int height, Paint&& paint,
        GstVideoInterlaceMode mode = GST_VIDEO_INTERLACE_MODE_PROGRESSIVE, int padding_bytes = 0) {
    gst_init(nullptr, nullptr);
    Picture picture(width, height);
    picture.paint(paint);
    GstVideoInfo rgb_info, progressive;
    gst_video_info_set_format(&rgb_info, GST_VIDEO_FORMAT_RGB, static_cast<guint>(width), static_cast<guint>(height));
    gst_video_info_set_format(&progressive, format, static_cast<guint>(width), static_cast<guint>(height));
    if (padding_bytes > 0) {
      GstVideoAlignment alignment;
      gst_video_alignment_reset(&alignment);
      alignment.padding_right = static_cast<guint>(padding_bytes);
      gst_video_info_align(&progressive, &alignment);
    }
    GstBuffer* rgb_buffer = gst_buffer_new_allocate(nullptr, rgb_info.size, nullptr);
    GstVideoFrame rgb;
    gst_video_frame_map(&rgb, &rgb_info, rgb_buffer, GST_MAP_READWRITE);
    for (int y = 0; y < height; ++y) {
      std::copy_n(
          picture.bytes().data() + static_cast<std::size_t>(3 * width * y), 3 * width,
          static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&rgb, 0)) + y * GST_VIDEO_FRAME_PLANE_STRIDE(&rgb, 0));
    }
    buffer_ = gst_buffer_new_allocate(nullptr, progressive.size, nullptr);
    gst_buffer_memset(buffer_, 0, 0, progressive.size);
    GstVideoFrame plain;
    gst_video_frame_map(&plain, &progressive, buffer_, GST_MAP_READWRITE);
    GstVideoConverter* converter = gst_video_converter_new(&rgb_info, &progressive, nullptr);
    REQUIRE(converter != nullptr);
    gst_video_converter_frame(converter, &rgb, &plain);
    gst_video_converter_free(converter);
    gst_video_frame_unmap(&plain);
    gst_video_frame_unmap(&rgb);
    gst_buffer_unref(rgb_buffer);
    info_ = progressive;
    info_.interlace_mode = mode;
    REQUIRE(gst_video_frame_map(&frame_, &info_, buffer_, GST_MAP_READ));
  }
  ~Frame() {
    gst_video_frame_unmap(&frame_);
    gst_buffer_unref(buffer_);
  }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  [[nodiscard]] const GstVideoInfo& info() const { return info_; }
  [[nodiscard]] const GstVideoFrame& get() const { return frame_; }

 private:
  GstVideoInfo info_{};
  GstBuffer* buffer_ = nullptr;
  GstVideoFrame frame_{};
};

int at(const stream::PictureView& view, int x, int y, int channel) {
  return view.rgb[y * view.stride_bytes + 3 * x + channel];
}

Colour quarters(double x, double y) {
  if (y < 0.5) return x < 0.5 ? Colour{200, 40, 40} : Colour{40, 180, 40};
  return x < 0.5 ? Colour{40, 60, 220} : Colour{230, 230, 230};
}

double luma(double r, double g, double b) {
  return 0.299 * r + 0.587 * g + 0.114 * b;
}

/// The middle of each quarter is its colour (its luma, in a grey format), and the size is right.
void check_quarters(const stream::PictureView& view, int width, int height, bool grey, double tolerance) {
  REQUIRE(view.width == width);
  REQUIRE(view.height == height);
  for (const double fy : {0.25, 0.75}) {
    for (const double fx : {0.25, 0.75}) {
      const int x = static_cast<int>(fx * width), y = static_cast<int>(fy * height);
      const Colour expected = quarters(fx, fy);
      CAPTURE(x, y);
      if (grey) {
        const double expected_luma = luma(expected[0], expected[1], expected[2]);
        CHECK(std::abs(luma(at(view, x, y, 0), at(view, x, y, 1), at(view, x, y, 2)) - expected_luma) <=
              15.0 + tolerance);
      } else {
        for (int c = 0; c < 3; ++c)
          CHECK(std::abs(at(view, x, y, c) - expected[static_cast<std::size_t>(c)]) <= tolerance);
      }
    }
  }
}

void check_frame(const Frame& frame, double tolerance = 8.0) {
  auto scaler = FrameScaler::make(frame.info());
  REQUIRE(scaler.has_value());
  const bool grey = GST_VIDEO_INFO_IS_GRAY(&frame.info());
  const auto thumb = scaler->thumb(frame.get());
  REQUIRE(thumb.has_value());
  check_quarters(*thumb, stream::kThumbWidth, stream::kThumbHeight, grey, tolerance);
  const auto still = scaler->still(frame.get());
  REQUIRE(still.has_value());
  check_quarters(*still, stream::kStillSide, stream::kStillSide, grey, tolerance);
}

}  // namespace

TEST_CASE("FrameScaler: a still for CLIP is the whole frame in RGB", "[perception][unit][gst]") {
  gst_init(nullptr, nullptr);
  for (const GstVideoFormat format : {GST_VIDEO_FORMAT_I420, GST_VIDEO_FORMAT_NV12, GST_VIDEO_FORMAT_BGRx}) {
    const Frame frame(format, 322, 182, quarters);
    auto scaler = FrameScaler::make(frame.info(), stream::StillKind::kClip);
    REQUIRE(scaler.has_value());
    const auto still = scaler->still(frame.get());
    REQUIRE(still.has_value());
    check_quarters(*still, 322, 182, false, 8.0);
    const auto thumb = scaler->thumb(frame.get());
    REQUIRE(thumb.has_value());
    CHECK(thumb->width == stream::kThumbWidth);
  }
}

TEST_CASE("FrameScaler: a field on its own is as high as its frame for CLIP", "[perception][unit][gst]") {
  gst_init(nullptr, nullptr);
  const Frame field(GST_VIDEO_FORMAT_I420, 322, 92, quarters);
  GstVideoFrame frame = field.get();  // a view
  frame.info.height = 184;
  frame.info.interlace_mode = GST_VIDEO_INTERLACE_MODE_ALTERNATE;
  auto scaler = FrameScaler::make(frame.info, stream::StillKind::kClip);
  REQUIRE(scaler.has_value());
  const auto still = scaler->still(frame);
  REQUIRE(still.has_value());
  check_quarters(*still, 322, 184, false, 8.0);
}

TEST_CASE("FrameScaler: every raw format that libgstvideo can unpack", "[perception][unit][gst]") {
  gst_init(nullptr, nullptr);
  guint count = 0;
  const GstVideoFormat* formats = gst_video_formats_raw(&count);
  int tried = 0;
  for (guint i = 0; i < count; ++i) {
    const GstVideoFormatInfo* info = gst_video_format_get_info(formats[i]);
    if (info->unpack_func == nullptr || info->pack_func == nullptr) continue;
    CAPTURE(info->name);
    // Formats with a few bits per channel, or a palette of 216 colours, round far.
    const bool coarse = std::string(info->name).find("8P") != std::string::npos;
    const bool short_pixels = std::string(info->name).find("15") != std::string::npos ||
                              std::string(info->name).find("16") != std::string::npos;
    check_frame(Frame(formats[i], 320, 240, quarters), coarse ? 40.0 : short_pixels ? 12.0 : 8.0);
    ++tried;
  }
  CHECK(tried > 60);
}

TEST_CASE("FrameScaler: odd sizes and strides", "[perception][unit][gst]") {
  const GstVideoFormat format = GENERATE(GST_VIDEO_FORMAT_I420, GST_VIDEO_FORMAT_NV12, GST_VIDEO_FORMAT_YUY2,
                                         GST_VIDEO_FORMAT_RGBA, GST_VIDEO_FORMAT_GRAY8);
  const auto [width, height] = GENERATE(std::pair{1921, 1081}, std::pair{321, 181}, std::pair{65, 37},
                                        std::pair{33, 17}, std::pair{200, 1000}, std::pair{1000, 20});
  const int padding_bytes = GENERATE(0, 24);
  CAPTURE(gst_video_format_to_string(format), width, height, padding_bytes);
  check_frame(Frame(format, width, height, quarters, GST_VIDEO_INTERLACE_MODE_PROGRESSIVE, padding_bytes));
}

TEST_CASE("FrameScaler: the smallest pictures", "[perception][unit][gst]") {
  const GstVideoFormat format =
      GENERATE(GST_VIDEO_FORMAT_I420, GST_VIDEO_FORMAT_NV12, GST_VIDEO_FORMAT_YUY2, GST_VIDEO_FORMAT_RGBA,
               GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_GRAY8, GST_VIDEO_FORMAT_I420_10LE, GST_VIDEO_FORMAT_v210);
  const auto [width, height] =
      GENERATE(std::pair{1, 1}, std::pair{2, 1}, std::pair{1, 3}, std::pair{4, 4}, std::pair{3, 5}, std::pair{4, 2000});
  CAPTURE(gst_video_format_to_string(format), width, height);
  const Frame frame(format, width, height, [](double, double) { return Colour{150, 150, 150}; });
  auto scaler = FrameScaler::make(frame.info());
  REQUIRE(scaler.has_value());
  for (const auto& view : {scaler->thumb(frame.get()), scaler->still(frame.get())}) {
    REQUIRE(view.has_value());
    for (int y = 0; y < view->height; y += 5) {
      for (int x = 0; x < view->width; x += 5) {
        for (int c = 0; c < 3; ++c) REQUIRE(std::abs(at(*view, x, y, c) - 150) <= 6);
      }
    }
  }
}

TEST_CASE("FrameScaler: interlaced frames are taken woven", "[perception][unit][gst]") {
  const auto mode = GENERATE(GST_VIDEO_INTERLACE_MODE_INTERLEAVED, GST_VIDEO_INTERLACE_MODE_MIXED);
  const GstVideoFormat format = GENERATE(GST_VIDEO_FORMAT_I420, GST_VIDEO_FORMAT_YUY2, GST_VIDEO_FORMAT_NV12);
  check_frame(Frame(format, 720, 576, quarters, mode));
  check_frame(Frame(format, 721, 575, quarters, mode));
}

// Independent noise on every pixel has a deviation of 74; the mean of at least 16 pixels leaves a quarter of
// it.
TEST_CASE("FrameScaler: grain averages instead of aliasing", "[perception][unit][gst]") {
  std::uint32_t state = 7;
  const Frame frame(GST_VIDEO_FORMAT_GRAY8, 1920, 1080, [&](double, double) {
    state = state * 1664525U + 1013904223U;
    const auto level = static_cast<double>(state >> 24U);
    return Colour{level, level, level};
  });
  auto scaler = FrameScaler::make(frame.info());
  REQUIRE(scaler.has_value());
  const auto view = scaler->thumb(frame.get());
  REQUIRE(view.has_value());
  double sum = 0.0, squares = 0.0;
  const int count = view->width * view->height;
  for (int y = 0; y < view->height; ++y) {
    for (int x = 0; x < view->width; ++x) {
      sum += at(*view, x, y, 1);
      squares += at(*view, x, y, 1) * at(*view, x, y, 1);
    }
  }
  const double mean = sum / count;
  CHECK(mean == Approx(127.5).margin(10.0));
  CHECK(std::sqrt(squares / count - mean * mean) < 74.0 / 4.0);
}

TEST_CASE("FrameScaler: the same frame gives the same picture every time", "[perception][unit][gst]") {
  const Frame frame(GST_VIDEO_FORMAT_NV12, 641, 359, [](double x, double y) { return tests::texture(x, y, 2); });
  auto scaler = FrameScaler::make(frame.info());
  REQUIRE(scaler.has_value());
  const auto bytes = [&] {
    const auto view = scaler->thumb(frame.get());
    REQUIRE(view.has_value());
    return std::vector<std::uint8_t>(view->rgb, view->rgb + view->height * view->stride_bytes);
  };
  const auto first = bytes();
  CHECK(bytes() == first);
  CHECK(bytes() == first);
}

TEST_CASE("FrameScaler: what does not fit is refused with a reason", "[perception][unit][gst]") {
  const Frame small(GST_VIDEO_FORMAT_I420, 64, 48, quarters);
  const Frame large(GST_VIDEO_FORMAT_I420, 128, 96, quarters);
  const Frame other(GST_VIDEO_FORMAT_YUY2, 64, 48, quarters);
  auto scaler = FrameScaler::make(small.info());
  REQUIRE(scaler.has_value());
  CHECK(scaler->fits(small.info()));
  CHECK_FALSE(scaler->fits(large.info()));
  CHECK_FALSE(scaler->fits(other.info()));
  const auto refused = scaler->thumb(large.get());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::kBadInput);
  CHECK(refused.error().message.find("128x96") != std::string::npos);
  REQUIRE_FALSE(scaler->still(other.get()).has_value());
  CHECK(scaler->thumb(small.get()).has_value());

  scaler = FrameScaler::make(large.info());  // renegotiation is a new scaler
  REQUIRE(scaler.has_value());
  CHECK(scaler->thumb(large.get()).has_value());

  GstVideoInfo empty;
  gst_video_info_init(&empty);
  REQUIRE_FALSE(FrameScaler::make(empty).has_value());
  CHECK(FrameScaler::make(empty).error().code == ErrorCode::kBadInput);
}

TEST_CASE("FrameScaler: time per frame on this machine", "[perception][gst][.timing]") {
  for (const GstVideoFormat format :
       {GST_VIDEO_FORMAT_I420, GST_VIDEO_FORMAT_NV12, GST_VIDEO_FORMAT_YUY2, GST_VIDEO_FORMAT_BGRx,
        GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_I420_10LE, GST_VIDEO_FORMAT_P010_10LE, GST_VIDEO_FORMAT_v210}) {
    for (const auto& [width, height] : {std::pair{640, 360}, std::pair{1920, 1080}, std::pair{7680, 4320}}) {
      const Frame frame(format, width, height, [](double x, double y) { return Colour{255 * x, 255 * y, 90}; });
      auto scaler = FrameScaler::make(frame.info());
      REQUIRE(scaler.has_value());
      double thumb_ms = 1e9, still_ms = 1e9;
      for (int run = 0; run < 10; ++run) {
        const auto start = std::chrono::steady_clock::now();
        (void)scaler->thumb(frame.get());
        const auto middle = std::chrono::steady_clock::now();
        (void)scaler->still(frame.get());
        const auto end = std::chrono::steady_clock::now();
        thumb_ms = std::min(thumb_ms, std::chrono::duration<double, std::milli>(middle - start).count());
        still_ms = std::min(still_ms, std::chrono::duration<double, std::milli>(end - middle).count());
      }
      WARN(gst_video_format_to_string(format)
           << " " << width << "x" << height << ": thumbnail " << thumb_ms << " ms, still " << still_ms << " ms");
    }
  }
}
