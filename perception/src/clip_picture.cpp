// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/perception/clip_picture.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "bicubic_kernel.h"

namespace photoplayer::perception {
namespace {

constexpr int kSide = stream::kClipSide;

/// The kernel for one axis, of which CenterCrop keeps kSide pixels: half of what is over, half to even.
detail::BicubicKernel kernel_for(int size, int short_side) {
  const auto resized = static_cast<int>(std::int64_t{kSide} * size / short_side);
  return {size, resized, static_cast<int>(std::nearbyint((resized - kSide) / 2.0)), kSide};
}

}  // namespace

struct ClipPicture::State {
  int width = 0, height = 0;
  std::optional<detail::BicubicKernel> columns, rows;
  std::vector<std::uint8_t> narrow;  ///< [rows that are needed, kSide, 3]
  std::vector<std::uint8_t> out;

  void prepare(int to_width, int to_height) {
    if (to_width == width && to_height == height) return;
    width = to_width;
    height = to_height;
    const int short_side = std::min(width, height);
    columns.emplace(kernel_for(width, short_side));
    rows.emplace(kernel_for(height, short_side));
    narrow.resize(std::size_t{3 * kSide} * static_cast<std::size_t>(rows->end_from() - rows->first_from()));
    out.resize(std::size_t{3 * kSide} * kSide);
  }
};

ClipPicture::ClipPicture() : state_(std::make_unique<State>()) {}
ClipPicture::~ClipPicture() = default;
ClipPicture::ClipPicture(ClipPicture&&) noexcept = default;
ClipPicture& ClipPicture::operator=(ClipPicture&&) noexcept = default;

Result<stream::PictureView> ClipPicture::make(const stream::PictureView& frame) {
  if (frame.rgb == nullptr || frame.width < 1 || frame.height < 1) {
    return fail(ErrorCode::kBadInput, "cannot make a picture for CLIP of an empty frame (" +
                                          std::to_string(frame.width) + " × " + std::to_string(frame.height) + ")");
  }
  constexpr std::ptrdiff_t kRow = 3 * kSide;
  state_->prepare(frame.width, frame.height);
  std::uint8_t* row = state_->narrow.data();
  for (int y = state_->rows->first_from(); y < state_->rows->end_from(); ++y, row += kRow) {
    state_->columns->apply(frame.rgb + y * frame.stride_bytes + 3 * state_->columns->first_from(), 3, row, 3, 3);
  }
  state_->rows->apply(state_->narrow.data(), kRow, state_->out.data(), kRow, kRow);
  return stream::PictureView{state_->out.data(), kSide, kSide, kRow};
}

}  // namespace photoplayer::perception
