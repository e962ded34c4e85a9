// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The report of `score` as JSON. Keys are a contract (docs: design §10); times in seconds unless the key says ms.
#include "score_options.h"

#include <photoplayer/stream/report.h>

#include <string>
#include <vector>

namespace photoplayer::tools {

struct RunFacts {
  double audio_seconds = 0.0;
  double video_seconds = 0.0;
  double wall_seconds = 0.0;
  double first_music_seconds = 0.0;  ///< from the start of the process
  double peak_rss_mb = 0.0;
  double latency_ms = 0.0;
  int steps = 0;
  double guidance = 0.0;
  std::string bundle_name;
  std::string bundle_sha256;
  std::vector<std::string> warnings;
};

[[nodiscard]] std::string report_json(const ScoreOptions& options, const RunFacts& facts, const stream::Report& report);

}  // namespace photoplayer::tools
