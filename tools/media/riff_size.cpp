// SPDX-License-Identifier: Apache-2.0
#include "media/riff_size.h"

#include <array>
#include <cstring>
#include <fstream>

namespace photoplayer::tools {

std::uint64_t missing_riff_bytes(const std::filesystem::path& path) {
  constexpr std::uint64_t kPrefix_bytes = 8;  // name and size, which the size does not count
  std::error_code unreadable;
  if (!std::filesystem::is_regular_file(path, unreadable)) return 0;
  std::ifstream file(path, std::ios::binary);
  std::array<char, 12> head{};
  if (!file.read(head.data(), head.size())) return 0;
  if (std::memcmp(head.data(), "RIFF", 4) != 0 || std::memcmp(head.data() + 8, "AVI ", 4) != 0) return 0;
  std::uint64_t promised = kPrefix_bytes;
  for (std::size_t i = 0; i < 4; ++i) {
    promised += std::uint64_t{static_cast<unsigned char>(head[4 + i])} << (8 * i);
  }
  const std::uint64_t there = std::filesystem::file_size(path, unreadable);
  return unreadable || there >= promised ? 0 : promised - there;
}

}  // namespace photoplayer::tools
