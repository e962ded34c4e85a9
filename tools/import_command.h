// SPDX-License-Identifier: Apache-2.0
#pragma once
/// `photoplayer import`: published weights, or random ones of the same shapes, to a bundle. What was found and chosen
/// goes to stdout, a line each; so does every key that does not fit.
#include <photoplayer/model/import.h>
#include <photoplayer/stream/result.h>

#include <atomic>
#include <string>
#include <variant>
#include <vector>

namespace photoplayer::tools {

using ImportOptions = std::variant<model::ImportRequest, model::RandomRequest>;

/// Warnings, or an error.
[[nodiscard]] Result<std::vector<std::string>> import_bundle(const ImportOptions& options,
                                                             const std::atomic<bool>& interrupted);

}  // namespace photoplayer::tools
