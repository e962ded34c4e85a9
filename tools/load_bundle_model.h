// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The real model factory: the only place in tools/ that names the network.
#include "model_factory.h"

namespace photoplayer::tools {

[[nodiscard]] Result<LoadedModel> load_bundle_model(const std::shared_ptr<const model::Bundle>& bundle,
                                                    std::uint64_t seed);

}  // namespace photoplayer::tools
