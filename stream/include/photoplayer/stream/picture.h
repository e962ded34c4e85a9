// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A small picture on its way through the analysis, and the port of whatever gives it meaning.
#include <photoplayer/stream/timeline.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace photoplayer::stream {

/// 8-bit RGB, row-major, not owned. `stride_bytes` ≥ 3 · width.
struct PictureView {
  const std::uint8_t* rgb = nullptr;
  int width = 0;
  int height = 0;
  std::ptrdiff_t stride_bytes = 0;
};

inline constexpr int kThumbWidth = 64;  ///< fast path: the whole frame, stretched
inline constexpr int kThumbHeight = 36;
inline constexpr int kStillSide = 128;  ///< slow path: the whole frame, stretched to a square
inline constexpr int kClipSide = 224;   ///< slow path, for CLIP: the middle of the frame, short side to side

/// What an encoder looks at.
enum class StillKind : std::uint8_t {
  kSquare,  ///< kStillSide², as parlour's encoder takes it
  kClip,    ///< kClipSide², as CLIP's tower of a sound bundle takes it
};

/// CLIP of a sound bundle, or parlour's own network. Called by the perception thread only; may take up to a second.
class SemanticEncoder {
 public:
  virtual ~SemanticEncoder() = default;
  [[nodiscard]] virtual StillKind still() const { return StillKind::kSquare; }
  /// `still` is of that kind; `out` gets what the bundle's network was trained on, a unit vector or not.
  virtual void encode(const PictureView& still, std::span<float, kSemanticDims> out) = 0;
};

}  // namespace photoplayer::stream
