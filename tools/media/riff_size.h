// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An AVI file that was cut off plays without a word from the demuxer; but its header says how long the file should be.
#include <cstdint>
#include <filesystem>

namespace photoplayer::tools {

/// So many bytes of the file's first RIFF chunk are missing; 0 if none are or it is no AVI file.
[[nodiscard]] std::uint64_t missing_riff_bytes(const std::filesystem::path& path);

}  // namespace photoplayer::tools
