// SPDX-License-Identifier: Apache-2.0
#include "eval/eval_results.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace photoplayer::tools {

std::string eval_table(const EvalResults& results) {
  std::size_t widest = 0;
  for (const EvalRow& row : results.rows) widest = std::max(widest, row.name.size());
  std::string text, group;
  for (const EvalRow& row : results.rows) {
    if (row.group != group) text += (text.empty() ? "" : "\n") + row.group + "\n";
    group = row.group;
    char number[32] = "       -";
    if (row.value) std::snprintf(number, sizeof number, "%8.3f", *row.value);
    text += "  " + row.name + std::string(widest - row.name.size(), ' ') + "  " + number;
    text += (row.note.empty() ? "" : "  " + row.note) + "\n";
  }
  return text;
}

std::string eval_json(const EvalResults& results) {
  using Json = nlohmann::ordered_json;
  Json json;
  json["rows"] = Json::array();
  for (const EvalRow& row : results.rows) {
    const bool number = row.value && std::isfinite(*row.value);
    json["rows"].push_back({{"group", row.group},
                            {"name", row.name},
                            {"value", number ? Json(*row.value) : Json(nullptr)},
                            {"note", row.note}});
  }
  json["pieces"] = results.pieces;
  json["warnings"] = results.warnings;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace photoplayer::tools
