// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A whole bundle of the published kind at toy widths with random weights: it sees, samples and sounds.
#include <filesystem>

namespace photoplayer::tests {

void write_toy_diffv2m(const std::filesystem::path& path, std::uint64_t seed = 1);

}  // namespace photoplayer::tests
