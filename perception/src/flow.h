// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How fast the picture moves: root mean square over 4 × 4-pixel cells of the displacement between two
/// thumbnails, in pixels. 0 where nothing moved, where a change of light explains the difference, or where no
/// displacement does.
#include "frame_planes.h"

namespace photoplayer::perception::detail {

[[nodiscard]] float rms_displacement_px(const FramePlanes& before, const FramePlanes& now) noexcept;

}  // namespace photoplayer::perception::detail
