// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Damage to bytes, reproducible by its seed.
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace photoplayer::test {

class Mutations {
 public:
  explicit Mutations(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] std::size_t up_to(std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most)(random_);
  }

  /// One to eight edits. `other` lends pieces.
  [[nodiscard]] std::string damaged(std::string bytes, const std::string& other) {
    for (std::size_t edits = 1 + up_to(7); edits > 0 && !bytes.empty(); --edits) edit(bytes, other);
    return bytes;
  }

 private:
  void edit(std::string& bytes, const std::string& other) {
    using namespace std::string_view_literals;
    // Lengths, counts and offsets at which readers go wrong; what JSON and pickles are made of.
    static constexpr std::array kNumbers = {"\0\0\0\0"sv,           "\xff\xff\xff\xff"sv,
                                            "\xff\xff\xff\x7f"sv,   "\0\0\0\x80"sv,
                                            "\x01\0\0\0"sv,         "\xff\xff\xff\xff\xff\xff\xff\xff"sv,
                                            "\0\0\0\0\0\0\0\x80"sv, "\xff\xff\xff\xff\xff\xff\xff\x7f"sv};
    static constexpr auto kMarks = "{}[]\",:-.e0123456789()tudslabehjqrKMJGX}\x80\x85\x86\x87\x94\x95"sv;
    const std::size_t at = up_to(bytes.size() - 1);
    switch (up_to(6)) {
      case 0:
        bytes[at] = static_cast<char>(up_to(255));
        return;
      case 1:
        bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << up_to(7)));
        return;
      case 2:
        bytes[at] = kMarks[up_to(kMarks.size() - 1)];
        return;
      case 3:
        bytes.erase(at, 1 + up_to(24));
        return;
      case 4: {
        const std::string& from = up_to(1) == 0 ? bytes : other;
        if (from.empty()) return;
        const std::string piece = from.substr(up_to(from.size() - 1), 1 + up_to(48));
        bytes.insert(at, piece);
        return;
      }
      case 5: {
        const std::string_view number = kNumbers[up_to(kNumbers.size() - 1)];
        bytes.replace(at, std::min(number.size(), bytes.size() - at), number);
        return;
      }
      default:
        if (up_to(9) == 0) bytes.resize(at);
        return;
    }
  }

  std::mt19937_64 random_;
};

}  // namespace photoplayer::test
