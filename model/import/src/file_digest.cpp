// SPDX-License-Identifier: Apache-2.0
#include "file_digest.h"

#include "sha256.h"

#include <fstream>
#include <span>
#include <vector>

namespace photoplayer::model::detail {

Result<std::string> file_sha256(const std::filesystem::path& path, Work& work) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> piece(1U << 20U);
  Sha256 hash;
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    const auto count = static_cast<std::size_t>(file.gcount());
    hash.update(std::as_bytes(std::span(piece).first(count)));
    if (auto done = work.advance(count); !done) return tl::unexpected(done.error());
  }
  if (!file.eof()) return fail(ErrorCode::kBadInput, "cannot read '" + path.string() + "' to its end");
  return hash.finish_hex();
}

}  // namespace photoplayer::model::detail
