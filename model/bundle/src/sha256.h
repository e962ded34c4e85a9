// SPDX-License-Identifier: Apache-2.0
#pragma once
/// SHA-256 (FIPS 180-4), to find damaged bundles. Own code because it is 80 lines and a crypto library is a large
/// dependency for one checksum. Tested against NIST's vectors in tests/unit/bundle/sha256_test.cpp.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace photoplayer::model::detail {

class Sha256 {
 public:
  void update(std::span<const std::byte> bytes);
  /// Ends the message; 64 lower-case hexadecimal digits. The object is spent afterwards.
  [[nodiscard]] std::string finish_hex();

 private:
  void compress(const std::byte* block);

  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::byte, 64> pending_{};
  std::size_t pending_bytes_ = 0;
  std::uint64_t total_bytes_ = 0;
};

[[nodiscard]] std::string sha256_hex(std::span<const std::byte> bytes);

}  // namespace photoplayer::model::detail
