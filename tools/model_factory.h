// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How the command gets a model without knowing the network: main() passes the real factory, tests a script.
#include <photoplayer/model/bundle.h>
#include <photoplayer/stream/engine.h>
#include <photoplayer/stream/picture.h>
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace photoplayer::tools {

struct LoadedModel {
  stream::EngineParts parts;
  std::unique_ptr<stream::SemanticEncoder> encoder;  ///< null: the picture has no meaning, only colour and motion
  stream::EngineSettings settings;                   ///< what suits the bundle; the command's options go on top
  std::string warning;                               ///< for the user; empty if all is well
};

/// Called once, from any one thread. A model may keep the bundle: its weights may lie in it.
using ModelFactory =
    std::function<Result<LoadedModel>(const std::shared_ptr<const model::Bundle>& bundle, std::uint64_t seed)>;

}  // namespace photoplayer::tools
