// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where the element gets a model from. The plugin's factory opens a bundle with LibTorch; tests pass a
/// script, so that the element is built and tested without LibTorch.
#include <photoplayer/stream/engine.h>
#include <photoplayer/stream/picture.h>
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace photoplayer::gst {

struct ModelRequest {
  std::string bundle;  ///< path; empty: the default bundle
  std::uint64_t seed = 1;
};

struct Model {
  stream::EngineParts parts;
  std::unique_ptr<stream::SemanticEncoder> encoder;  ///< may be null: no semantics
  stream::EngineSettings settings;                   ///< what suits the bundle
  std::string warning;                               ///< for the user; empty if all is well
};

using ModelFactory = std::function<Result<Model>(const ModelRequest&)>;

}  // namespace photoplayer::gst
