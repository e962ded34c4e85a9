// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A whole bundle of the published kind at toy widths with random weights: it sees, samples and sounds.
#include <cstdint>
#include <filesystem>
#include <string>

namespace photoplayer::tests {

/// `from` in its metadata becomes `to`, for bundles that lie.
void write_toy_diffv2m(const std::filesystem::path& path, std::uint64_t seed = 1, const std::string& from = "",
                       const std::string& to = "");

}  // namespace photoplayer::tests
