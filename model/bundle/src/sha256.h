// SPDX-License-Identifier: Apache-2.0
#pragma once
/// SHA-256, to find damaged bundles; OpenSSL's, because it uses the CPU's instructions for it and a full-size bundle
/// has gigabytes. Tested against NIST's vectors in tests/unit/bundle/sha256_test.cpp.
#include <cstddef>
#include <memory>
#include <span>
#include <string>

struct evp_md_ctx_st;

namespace photoplayer::model::detail {

class Sha256 {
 public:
  Sha256();
  void update(std::span<const std::byte> bytes);
  /// Ends the message; 64 lower-case hexadecimal digits. The object is spent afterwards.
  [[nodiscard]] std::string finish_hex();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

[[nodiscard]] std::string sha256_hex(std::span<const std::byte> bytes);

}  // namespace photoplayer::model::detail
