// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Visual events as JSON, the same in every report.
#include <photoplayer/stream/report.h>

#include <nlohmann/json.hpp>

#include <vector>

namespace photoplayer::tools {

/// A list of {time, kind, strength, taken, accent_time}; accent_time is null for an event that was not taken.
[[nodiscard]] nlohmann::ordered_json events_json(const std::vector<stream::ReportedEvent>& events);

}  // namespace photoplayer::tools
