// SPDX-License-Identifier: Apache-2.0
#include "eval/pair_report.h"

#include <nlohmann/json.hpp>

#include <fstream>

namespace photoplayer::tools {

Result<train::BeatTimes> read_beat_times(const std::filesystem::path& report) {
  std::ifstream file(report);
  const auto json = nlohmann::json::parse(file, nullptr, false);
  if (!json.is_object()) return fail(ErrorCode::kBadInput, report.string() + " is no report of a score");
  try {
    train::BeatTimes times;
    times.seams_s = json.value("seams", times.seams_s);
    times.beats_s = json.value("beats", times.beats_s);
    times.bars_s = json.value("bars", times.bars_s);
    for (const auto& event : json.value("visual_events", nlohmann::json::array()))
      if (event.value("taken", false)) times.accents_s.push_back(event.value("accent_time", 0.0));
    return times;
  } catch (const nlohmann::json::exception&) {
    return fail(ErrorCode::kBadInput, report.string() + " is no report of a score: its times are no numbers");
  }
}

}  // namespace photoplayer::tools
