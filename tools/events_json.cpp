// SPDX-License-Identifier: Apache-2.0
#include "events_json.h"

namespace photoplayer::tools {

nlohmann::ordered_json events_json(const std::vector<stream::ReportedEvent>& events) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (const stream::ReportedEvent& reported : events) {
    list.push_back({{"time", reported.event.time_s},
                    {"kind", stream::kind_name(reported.event.kind)},
                    {"strength", reported.event.strength},
                    {"taken", reported.taken},
                    {"accent_time", reported.taken ? Json(reported.accent_time_s) : Json(nullptr)}});
  }
  return list;
}

}  // namespace photoplayer::tools
