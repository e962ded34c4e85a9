// SPDX-License-Identifier: Apache-2.0
#include "provenance.h"

#include <algorithm>
#include <string>

namespace photoplayer::train {
namespace {

nlohmann::json as_above(const nlohmann::json& source) {
  for (const char* name : {"what", "package"}) {
    if (source.contains(name)) return "as above: " + source.at(name).get<std::string>();
  }
  return "as above";
}

/// A list's entries may have changed places.
nlohmann::json news(nlohmann::json earlier, const nlohmann::json& later) {
  if (!earlier.is_structured()) return earlier;
  if (earlier == later) return "as above";
  if (earlier.is_object()) {
    for (auto& [key, value] : earlier.items()) {
      if (later.contains(key)) value = news(value, later.at(key));
    }
  } else if (later.is_array()) {
    for (auto& entry : earlier) {
      if (entry.is_structured() && std::find(later.begin(), later.end(), entry) != later.end()) entry = as_above(entry);
    }
  }
  return earlier;
}

}  // namespace

nlohmann::json told_once(const nlohmann::json& earlier, const nlohmann::json& later) {
  static const nlohmann::json::json_pointer before("/continued_from/provenance");
  auto told = news(earlier, later);
  // If the later one went on from the same bundle, "as above" may stand for it.
  if (told.contains(before)) told[before] = told_once(earlier.at(before), earlier);
  return told;
}

}  // namespace photoplayer::train
