// SPDX-License-Identifier: Apache-2.0
#pragma once
/// SHA-256 of a whole file, read and forgotten piece by piece.
#include "import_work.h"

#include <photoplayer/stream/result.h>

#include <filesystem>
#include <string>

namespace photoplayer::model::detail {

/// Advances `work` by the file's bytes. Fails with kBadInput or kCancelled.
[[nodiscard]] Result<std::string> file_sha256(const std::filesystem::path& path, Work& work);

}  // namespace photoplayer::model::detail
