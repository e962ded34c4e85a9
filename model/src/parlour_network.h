// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The networks of a score bundle, built from its config and filled from its tensors.
#include <photoplayer/model/bundle.h>
#include <photoplayer/network/score_vae.h>

#include "score_generator.h"

namespace photoplayer::model {

struct ParlourNetworks {
  ScoreNetworks score;
  network::ScoreVae vae{nullptr};
};

/// kBadBundle, with all that is missing or misshapen named.
[[nodiscard]] Result<ParlourNetworks> load_parlour_networks(const Bundle& bundle);

}  // namespace photoplayer::model
