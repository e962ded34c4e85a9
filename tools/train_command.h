// SPDX-License-Identifier: Apache-2.0
#pragma once
/// `photoplayer train CONFIG`: runs the trainer with progress on a terminal. An interrupt saves and ends; the same
/// command goes on from there.
#include <photoplayer/stream/result.h>

#include <string>

namespace photoplayer::tools {

[[nodiscard]] Result<void> train_from_config(const std::string& config);

}  // namespace photoplayer::tools
