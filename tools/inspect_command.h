// SPDX-License-Identifier: Apache-2.0
#pragma once
/// `photoplayer inspect BUNDLE [--json]`: what a bundle says about itself, after validating all of it.
#include <photoplayer/stream/result.h>

#include <filesystem>
#include <string>

namespace photoplayer::tools {

struct InspectOptions {
  std::filesystem::path bundle;
  bool json = false;
};

/// The text for stdout.
[[nodiscard]] Result<std::string> inspect(const InspectOptions& options);

}  // namespace photoplayer::tools
