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
  /// For matrix products; 0: what suits the bundle, which is one for a score bundle and all cores for a sound bundle.
  /// LibTorch and OpenBLAS keep one count for the process, and a thread takes it when it first multiplies: the bundle
  /// that was loaded last decides for threads that start after it. Two bundles in one process should share a count,
  /// or neither their speed nor the last bit of what they make is certain.
  int threads = 0;
};

struct LoadedModel {
  stream::EngineParts parts;
  std::unique_ptr<stream::SemanticEncoder> encoder;
  stream::EngineSettings settings;  ///< what suits the bundle: steps, guidance, window; the rest at its defaults
  std::string warning;              ///< for the user; empty if all is well
};

/// kBadBundle if the bundle lacks a tensor or has one of another shape, all named; kOutput without a soundfont.
/// Caller: control. Takes about half a second, a sound bundle of full size some seconds. What it returns may read its
/// weights from the bundle's mapping, and keeps it.
[[nodiscard]] Result<LoadedModel> load_model(const std::shared_ptr<const Bundle>& bundle,
                                             const ModelSettings& settings);
[[nodiscard]] Result<LoadedModel> load_model(const std::filesystem::path& bundle, const ModelSettings& settings);

}  // namespace photoplayer::model
