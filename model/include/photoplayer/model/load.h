// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Opens a bundle and makes the engine's parts from it. LibTorch stays behind this header.
#include <photoplayer/model/bundle.h>
#include <photoplayer/stream/engine.h>
#include <photoplayer/stream/picture.h>
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace photoplayer::model {

struct ModelSettings {
  std::uint64_t seed = 1;
  std::string soundfont;  ///< empty: the usual places
  int threads = 0;        ///< for matrix products, of the whole process; 0: what suits the bundle
};

struct LoadedModel {
  stream::EngineParts parts;
  std::unique_ptr<stream::SemanticEncoder> encoder;
  stream::EngineSettings settings;  ///< what suits the bundle: steps, guidance, window; the rest at its defaults
  std::string warning;              ///< for the user; empty if all is well
};

/// kBadBundle if the bundle lacks a tensor or has one of another shape, all named; kOutput without a soundfont.
/// Caller: control. Takes about half a second. What it returns may read its weights from the bundle's mapping, and
/// keeps it.
[[nodiscard]] Result<LoadedModel> load_model(const std::shared_ptr<const Bundle>& bundle,
                                             const ModelSettings& settings);
[[nodiscard]] Result<LoadedModel> load_model(const std::filesystem::path& bundle, const ModelSettings& settings);

}  // namespace photoplayer::model
