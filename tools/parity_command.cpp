// SPDX-License-Identifier: Apache-2.0
#include "parity_command.h"

#include <photoplayer/model/parity.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

namespace photoplayer::tools {
namespace {

std::string in_table(const model::ParityReport& report) {
  std::size_t widest = 6;
  for (const auto& tensor : report.tensors) widest = std::max(widest, tensor.name.size());
  const auto column = static_cast<int>(widest);
  char line[400];
  std::snprintf(line, sizeof line, "%-*s  %10s  %10s  %10s\n", column, report.kind.c_str(), "max error", "relative",
                "bf16");
  std::string text = line;
  for (const auto& tensor : report.tensors) {
    if (!tensor.fault.empty()) {
      std::snprintf(line, sizeof line, "%-*s  %s\n", column, tensor.name.c_str(), tensor.fault.c_str());
      text += line;
      continue;
    }
    char bf16[32] = "-";
    if (tensor.bf16_relative) std::snprintf(bf16, sizeof bf16, "%.2e", *tensor.bf16_relative);
    std::snprintf(line, sizeof line, "%-*s  %10.2e  %10.2e  %10s%s\n", column, tensor.name.c_str(), tensor.max_error,
                  tensor.relative, bf16, tensor.within() ? "" : "  differs");
    text += line;
  }
  return text;
}

std::string as_json(const model::ParityReport& report, const std::string& file) {
  using Json = nlohmann::ordered_json;
  Json json = {{"file", file}, {"kind", report.kind}, {"limit", model::kParityLimit}, {"within", report.within()}};
  json["tensors"] = Json::array();
  for (const auto& tensor : report.tensors) {
    Json entry = {{"name", tensor.name}, {"within", tensor.within()}};
    if (!tensor.fault.empty()) {
      entry["fault"] = tensor.fault;
    } else {  // a number that is not one becomes null
      entry["max_abs_error"] = tensor.max_error;
      entry["std"] = tensor.deviation;
      entry["relative_error"] = tensor.relative;
      entry["bf16_relative_error"] = tensor.bf16_relative ? Json(*tensor.bf16_relative) : Json(nullptr);
    }
    json["tensors"].push_back(std::move(entry));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string failure_of(const model::ParityReport& report) {
  std::size_t count = 0;
  std::string first;
  for (const auto& tensor : report.tensors) {
    if (tensor.within()) continue;
    if (count++ == 0) first = tensor.name;
  }
  if (count == 0) return {};
  char limit[32];
  std::snprintf(limit, sizeof limit, "%g", model::kParityLimit);
  return std::to_string(count) + " of " + std::to_string(report.tensors.size()) +
         " tensors are not equal to their expected values within " + limit + " standard deviations, first '" + first +
         "'";
}

}  // namespace

Result<Verdict> check_parity_file(const ParityOptions& options) {
  const auto report = model::check_parity(options.file);
  if (!report) return tl::unexpected(report.error());
  return Verdict{options.json ? as_json(*report, options.file) : in_table(*report), failure_of(*report)};
}

}  // namespace photoplayer::tools
