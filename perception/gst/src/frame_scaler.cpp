// SPDX-License-Identifier: Apache-2.0
/// Three steps, each cheap for a reason:
///   1. In the frame's own format, bilinear with two taps, to a grid 4 (thumbnail) or 2 (still) times as fine
///   as the
///      result. For 8-bit formats libgstvideo scales plane by plane here and touches only the pixels that it
///      needs, so 8K costs little more than 1080p; colour conversion of the full frame would not.
///   2. To RGB, on that small grid.
///   3. Average of the grid's cells, against the aliasing of step 1: up to 64 pixels for one of the
///   thumbnail.
#include <photoplayer/perception/frame_scaler.h>

#include <string>
#include <utility>
#include <vector>

namespace photoplayer::perception {
namespace {

/// An allocated frame, mapped for as long as it lives.
class OwnedFrame {
 public:
  OwnedFrame() = default;
  ~OwnedFrame() { release(); }
  OwnedFrame(const OwnedFrame&) = delete;
  OwnedFrame& operator=(const OwnedFrame&) = delete;

  [[nodiscard]] bool allocate(const GstVideoInfo& info) {
    release();
    GstVideoInfo copy = info;
    buffer_ = gst_buffer_new_allocate(nullptr, info.size, nullptr);
    if (buffer_ == nullptr) return false;
    mapped_ = gst_video_frame_map(&frame_, &copy, buffer_, GST_MAP_READWRITE) != FALSE;
    return mapped_;
  }
  [[nodiscard]] GstVideoFrame* get() noexcept { return &frame_; }

 private:
  void release() {
    if (mapped_) gst_video_frame_unmap(&frame_);
    if (buffer_ != nullptr) gst_buffer_unref(buffer_);
    mapped_ = false;
    buffer_ = nullptr;
  }
  GstBuffer* buffer_ = nullptr;
  GstVideoFrame frame_{};
  bool mapped_ = false;
};

struct ConverterDeleter {
  void operator()(GstVideoConverter* converter) const noexcept { gst_video_converter_free(converter); }
};
using Converter = std::unique_ptr<GstVideoConverter, ConverterDeleter>;

Converter make_converter(const GstVideoInfo& from, const GstVideoInfo& to) {
  GstStructure* config = gst_structure_new(
      "photoplayer", GST_VIDEO_CONVERTER_OPT_RESAMPLER_METHOD, GST_TYPE_VIDEO_RESAMPLER_METHOD,
      GST_VIDEO_RESAMPLER_METHOD_LINEAR, GST_VIDEO_CONVERTER_OPT_RESAMPLER_TAPS, G_TYPE_UINT, 2U,
      GST_VIDEO_CONVERTER_OPT_CHROMA_RESAMPLER_METHOD, GST_TYPE_VIDEO_RESAMPLER_METHOD,
      GST_VIDEO_RESAMPLER_METHOD_LINEAR, GST_VIDEO_CONVERTER_OPT_DITHER_METHOD, GST_TYPE_VIDEO_DITHER_METHOD,
      GST_VIDEO_DITHER_NONE, GST_VIDEO_CONVERTER_OPT_THREADS, G_TYPE_UINT, 1U, nullptr);
  GstVideoInfo from_copy = from, to_copy = to;  // the function takes non-const pointers and only reads
  return Converter(gst_video_converter_new(&from_copy, &to_copy, config));  // takes the config
}

/// Woven: one progressive picture of the lines that a buffer really has.
GstVideoInfo as_progressive(const GstVideoInfo& info) {
  GstVideoInfo out = info;
  if (GST_VIDEO_INFO_INTERLACE_MODE(&info) == GST_VIDEO_INTERLACE_MODE_ALTERNATE) {
    out.height = static_cast<gint>(GST_VIDEO_INFO_FIELD_HEIGHT(&info));
  }
  GST_VIDEO_INFO_INTERLACE_MODE(&out) = GST_VIDEO_INTERLACE_MODE_PROGRESSIVE;
  return out;
}

/// A frame's geometry without what its caps say about fields, frame rate or views.
bool same_layout(const GstVideoInfo& a, const GstVideoInfo& b) noexcept {
  return GST_VIDEO_INFO_FORMAT(&a) == GST_VIDEO_INFO_FORMAT(&b) && a.width == b.width && a.height == b.height &&
         a.interlace_mode == b.interlace_mode &&
         gst_video_colorimetry_is_equal(&a.colorimetry, &b.colorimetry) != FALSE;
}

constexpr gint kTiny_px = 8;

/// One size of result.
class Reducer {
 public:
  [[nodiscard]] bool prepare(const GstVideoInfo& from, int width, int height, int oversampling) {
    width_ = width;
    height_ = height;
    oversampling_ = oversampling;
    const auto fine_width = static_cast<guint>(width * oversampling);
    const auto fine_height = static_cast<guint>(height * oversampling);
    GstVideoInfo between, rgb;
    if (!gst_video_info_set_format(&rgb, GST_VIDEO_FORMAT_RGB, fine_width, fine_height)) return false;
    if (from.width < kTiny_px || from.height < kTiny_px) {
      // libgstvideo (1.22) fails to scale packed 4:2:2 two pixels wide; tiny frames go to RGB first.
      const auto from_width = static_cast<guint>(from.width), from_height = static_cast<guint>(from.height);
      if (!gst_video_info_set_format(&between, GST_VIDEO_FORMAT_RGB, from_width, from_height)) return false;
    } else {
      if (!gst_video_info_set_format(&between, GST_VIDEO_INFO_FORMAT(&from), fine_width, fine_height)) return false;
      between.colorimetry = from.colorimetry;
      between.chroma_site = from.chroma_site;
      between.flags = from.flags;  // premultiplied alpha
    }
    first_ = make_converter(from, between);
    second_ = make_converter(between, rgb);
    out_.resize(static_cast<std::size_t>(3 * width * height));
    return first_ && second_ && between_.allocate(between) && rgb_.allocate(rgb);
  }

  [[nodiscard]] stream::PictureView reduce(const GstVideoFrame& frame) {
    gst_video_converter_frame(first_.get(), &frame, between_.get());
    gst_video_converter_frame(second_.get(), between_.get(), rgb_.get());
    const auto* rgb = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(rgb_.get(), 0));
    average(rgb, GST_VIDEO_FRAME_PLANE_STRIDE(rgb_.get(), 0));
    return {out_.data(), width_, height_, 3 * width_};
  }

 private:
  void average(const std::uint8_t* rgb, std::ptrdiff_t stride_bytes) {
    const int samples = oversampling_ * oversampling_;
    std::uint8_t* to = out_.data();
    for (int y = 0; y < height_; ++y) {
      for (int x = 0; x < width_; ++x) {
        int sums[3] = {samples / 2, samples / 2, samples / 2};
        for (int row = 0; row < oversampling_; ++row) {
          const std::uint8_t* at = rgb + (y * oversampling_ + row) * stride_bytes + 3 * x * oversampling_;
          for (int i = 0; i < oversampling_; ++i, at += 3) {
            for (int c = 0; c < 3; ++c) sums[c] += at[c];
          }
        }
        for (const int sum : sums) *to++ = static_cast<std::uint8_t>(sum / samples);
      }
    }
  }

  int width_ = 0, height_ = 0, oversampling_ = 1;
  Converter first_, second_;
  OwnedFrame between_, rgb_;
  std::vector<std::uint8_t> out_;
};

/// A frame in RGB, of its own width and of the height that it is shown at: a buffer that holds one field has half the
/// lines, and a crop of those would be squashed.
class Recolourer {
 public:
  [[nodiscard]] bool prepare(const GstVideoInfo& from, int height) {
    GstVideoInfo rgb;
    if (!gst_video_info_set_format(&rgb, GST_VIDEO_FORMAT_RGB, static_cast<guint>(from.width),
                                   static_cast<guint>(height))) {
      return false;
    }
    convert_ = make_converter(from, rgb);
    return convert_ && rgb_.allocate(rgb);
  }
  [[nodiscard]] stream::PictureView reduce(const GstVideoFrame& frame) {
    gst_video_converter_frame(convert_.get(), &frame, rgb_.get());
    return {static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(rgb_.get(), 0)),
            GST_VIDEO_FRAME_WIDTH(rgb_.get()), GST_VIDEO_FRAME_HEIGHT(rgb_.get()),
            GST_VIDEO_FRAME_PLANE_STRIDE(rgb_.get(), 0)};
  }

 private:
  Converter convert_;
  OwnedFrame rgb_;
};

/// 8 and 4 cost five times as much at 1080p and hardly lower the noise that fine detail leaves.
constexpr int kThumbOversampling = 4;
constexpr int kStillOversampling = 2;

std::string describe(const GstVideoInfo& info) {
  return std::string(GST_VIDEO_INFO_NAME(&info)) + " " + std::to_string(info.width) + "x" + std::to_string(info.height);
}

}  // namespace

struct FrameScaler::State {
  GstVideoInfo given;        ///< as `make` got it
  GstVideoInfo progressive;  ///< as the converters see it
  stream::StillKind kind = stream::StillKind::kSquare;
  Reducer thumb, still;
  Recolourer whole;

  [[nodiscard]] bool prepare() {
    return thumb.prepare(progressive, stream::kThumbWidth, stream::kThumbHeight, kThumbOversampling) &&
           (kind == stream::StillKind::kClip
                ? whole.prepare(progressive, given.height)
                : still.prepare(progressive, stream::kStillSide, stream::kStillSide, kStillOversampling));
  }

  template <typename Scaler>
  [[nodiscard]] Result<stream::PictureView> reduce(Scaler& scaler, const GstVideoFrame& frame) const {
    if (!same_layout(given, frame.info)) {
      return fail(ErrorCode::kBadInput, "cannot scale a frame of " + describe(frame.info) + " with a scaler for " +
                                            describe(given) + "; make a new one when the caps change");
    }
    GstVideoFrame woven = frame;  // a view: the mapping stays the caller's
    woven.info.interlace_mode = progressive.interlace_mode;
    woven.info.height = progressive.height;
    woven.flags = GST_VIDEO_FRAME_FLAG_NONE;
    return scaler.reduce(woven);
  }
};

FrameScaler::FrameScaler(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
FrameScaler::~FrameScaler() = default;
FrameScaler::FrameScaler(FrameScaler&&) noexcept = default;
FrameScaler& FrameScaler::operator=(FrameScaler&&) noexcept = default;

Result<FrameScaler> FrameScaler::make(const GstVideoInfo& info, stream::StillKind kind) {
  const GstVideoFormat format = info.finfo != nullptr ? GST_VIDEO_INFO_FORMAT(&info) : GST_VIDEO_FORMAT_UNKNOWN;
  const bool raw =
      format != GST_VIDEO_FORMAT_UNKNOWN && format != GST_VIDEO_FORMAT_ENCODED && info.finfo->unpack_func != nullptr;
  if (!raw || info.width < 1 || info.height < 1) {
    return fail(ErrorCode::kBadInput,
                "cannot look at video of format " + (info.finfo != nullptr ? describe(info) : std::string("unknown")) +
                    ": raw frames in system memory are needed; put videoconvert or a decoder before this");
  }
  auto state = std::make_unique<State>();
  state->given = info;
  state->progressive = as_progressive(info);
  state->kind = kind;
  if (!state->prepare()) {
    return fail(ErrorCode::kBadInput, "libgstvideo cannot scale " + describe(info) + "; put videoconvert before this");
  }
  return FrameScaler(std::move(state));
}

bool FrameScaler::fits(const GstVideoInfo& info) const noexcept {
  return same_layout(state_->given, info);
}

Result<stream::PictureView> FrameScaler::thumb(const GstVideoFrame& frame) {
  return state_->reduce(state_->thumb, frame);
}

Result<stream::PictureView> FrameScaler::still(const GstVideoFrame& frame) {
  if (state_->kind == stream::StillKind::kClip) return state_->reduce(state_->whole, frame);
  return state_->reduce(state_->still, frame);
}

}  // namespace photoplayer::perception
