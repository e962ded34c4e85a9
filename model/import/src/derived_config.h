// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A bundle's config from the shapes of the tensors that were found, and whether all fits together.
#include "diffv2m_config.h"
#include "gathered_weights.h"
#include "published_config.h"

#include <optional>
#include <string>
#include <vector>

namespace photoplayer::model::detail {

struct DerivedConfig {
  Diffv2mConfig config;  ///< sizes that no tensor shows have the released values
  std::string fusion_reason;
  std::vector<std::string> warnings;
};

/// `published` decides what shapes cannot tell.
[[nodiscard]] DerivedConfig derive_config(const GatheredWeights& found,
                                          const std::optional<PublishedConfig>& published);

/// All that keeps the weights from being a bundle, a line each.
struct Misfits {
  std::vector<std::string> missing, unknown, misshapen, contradictions;

  [[nodiscard]] bool none() const {
    return missing.empty() && unknown.empty() && misshapen.empty() && contradictions.empty();
  }
  [[nodiscard]] std::string summary() const;  ///< "3 missing, 1 unknown"
};

[[nodiscard]] Misfits find_misfits(const Diffv2mConfig& config, const GatheredWeights& found,
                                   const std::optional<PublishedConfig>& published);

}  // namespace photoplayer::model::detail
