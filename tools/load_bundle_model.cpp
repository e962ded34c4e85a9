// SPDX-License-Identifier: Apache-2.0
#include "load_bundle_model.h"

#include <photoplayer/model/load.h>

#include <utility>

namespace photoplayer::tools {

Result<LoadedModel> load_bundle_model(const std::shared_ptr<const model::Bundle>& bundle, std::uint64_t seed) {
  model::ModelSettings settings;
  settings.seed = seed;
  auto model = model::load_model(bundle, settings);
  if (!model) return tl::unexpected(model.error());
  return LoadedModel{std::move(model->parts), std::move(model->encoder), model->settings, std::move(model->warning)};
}

}  // namespace photoplayer::tools
