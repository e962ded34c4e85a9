// SPDX-License-Identifier: Apache-2.0
#pragma once
/// `photoplayer train CONFIG`: runs the trainer of the config's "family", parlour if it names none, with progress on a
/// terminal. An interrupt saves and ends; the same command goes on from there. Draws <run_folder>/loss.png now and
/// then and at the end.
#include <photoplayer/stream/result.h>

#include <string>

namespace photoplayer::tools {

[[nodiscard]] Result<void> train_from_config(const std::string& config);

}  // namespace photoplayer::tools
