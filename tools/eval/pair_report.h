// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The times that a report of `photoplayer score` holds; other systems may write the same: {"seams": [s], "beats": [s],
/// "bars": [s], "visual_events": [{"taken": bool, "accent_time": s}]}.
#include <photoplayer/stream/result.h>
#include <photoplayer/train/seam_metrics.h>

#include <filesystem>

namespace photoplayer::tools {

/// Fails with kBadInput if the file is no such report.
[[nodiscard]] Result<train::BeatTimes> read_beat_times(const std::filesystem::path& report);

}  // namespace photoplayer::tools
