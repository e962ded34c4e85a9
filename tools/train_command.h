// SPDX-License-Identifier: Apache-2.0
#pragma once
/// `photoplayer train CONFIG`. Declared here so that the command line can register it once train_command.cpp exists.
#include <filesystem>

namespace photoplayer::tools {

/// The process's exit code.
[[nodiscard]] int run_train(const std::filesystem::path& config);

}  // namespace photoplayer::tools
