// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Numbers with names: all that `photoplayer eval` finds goes through here, so that table and JSON say the same.
#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace photoplayer::tools {

struct EvalRow {
  std::string group, name;
  std::optional<double> value;  ///< nothing: `note` says why
  std::string note;
};

struct EvalResults {
  std::vector<EvalRow> rows;
  nlohmann::ordered_json pieces = nlohmann::ordered_json::object();  ///< by group, by name: each piece's own numbers
  std::vector<std::string> warnings;

  void add(std::string group, std::string name, std::optional<double> value, std::string note = {}) {
    rows.push_back({std::move(group), std::move(name), value, std::move(note)});
  }
};

[[nodiscard]] std::string eval_table(const EvalResults& results);
[[nodiscard]] std::string eval_json(const EvalResults& results);

}  // namespace photoplayer::tools
