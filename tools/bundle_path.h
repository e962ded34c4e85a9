// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which bundle is used: --bundle, then $PHOTOPLAYER_BUNDLE, then share/photoplayer/parlour.bundle beside the
/// installed program, then models/parlour.bundle of the source tree that built it.
#include <photoplayer/model/bundle.h>
#include <photoplayer/stream/result.h>

#include <filesystem>
#include <memory>

namespace photoplayer::tools {

/// Only the first two may name a file that does not exist: opening it gives the better message.
[[nodiscard]] Result<std::filesystem::path> find_bundle(const std::filesystem::path& asked);

/// The one that it finds.
[[nodiscard]] Result<std::shared_ptr<const model::Bundle>> open_bundle(const std::filesystem::path& asked);

}  // namespace photoplayer::tools
