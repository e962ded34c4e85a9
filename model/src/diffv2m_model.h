// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The parts of the engine that a bundle of the published network gives.
#include <photoplayer/model/load.h>

#include <memory>

namespace photoplayer::model {

/// kBadBundle, with all that is missing or misshapen named. The network reads its weights where they lie in the file.
[[nodiscard]] Result<LoadedModel> load_diffv2m(const std::shared_ptr<const Bundle>& bundle);

}  // namespace photoplayer::model
