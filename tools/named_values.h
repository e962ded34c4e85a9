// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An option whose values have names. CLI11's own transformer prints the enum's number as a character, and help ends at
/// a zero. Tested in tests/unit/tools/options_test.cpp.
#include <CLI/CLI.hpp>

#include <string>
#include <utility>
#include <vector>

namespace photoplayer::tools {

template <typename Enum>
CLI::Validator named_values(std::vector<std::pair<std::string, Enum>> values) {
  std::string names;
  for (const auto& [name, value] : values) names += (names.empty() ? "" : "|") + name;
  return CLI::Validator(
      [values = std::move(values), names](std::string& text) {
        for (const auto& [name, value] : values) {
          if (name != text) continue;
          text = std::to_string(static_cast<int>(value));
          return std::string();
        }
        return "'" + text + "' is none of " + names;
      },
      names, "named values");
}

}  // namespace photoplayer::tools
