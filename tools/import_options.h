// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The options of `photoplayer import` and what they ask for.
#include "import_command.h"

#include <CLI/CLI.hpp>

#include <memory>

namespace photoplayer::tools {

struct ImportTexts {
  std::string checkpoint, clip, autoencoder, config, output, weights, compat, storage, random_like;
  bool toy = false;
  std::uint64_t seed = 1;
};

/// `texts` is filled while `app` parses.
CLI::App* add_import(CLI::App& app, ImportTexts& texts);
/// Fails with kUsage.
[[nodiscard]] Result<ImportOptions> finish_import(const ImportTexts& texts);

}  // namespace photoplayer::tools
