// SPDX-License-Identifier: Apache-2.0
#include "sha256.h"

#include "support/catch.h"

#include <string>
#include <string_view>

using photoplayer::model::detail::Sha256;
using photoplayer::model::detail::sha256_hex;

namespace {
std::string hex(std::string_view text) {
  return sha256_hex(std::as_bytes(std::span(text)));
}
}  // namespace

TEST_CASE("Sha256: NIST's example messages", "[bundle][unit]") {
  CHECK(hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hex("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrst"
            "nopqrstu") == "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  CHECK(hex(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("Sha256: any split of a message gives the same digest", "[bundle][unit]") {
  for (std::size_t length = 0; length < 200; ++length) {
    const std::string message(length, 'x');
    const std::string whole = hex(message);
    for (const std::size_t piece : {1U, 3U, 55U, 63U, 64U, 65U}) {
      Sha256 hash;
      for (std::size_t at = 0; at < length; at += piece) {
        hash.update(std::as_bytes(std::span(std::string_view(message).substr(at, piece))));
      }
      REQUIRE(hash.finish_hex() == whole);
    }
  }
}
