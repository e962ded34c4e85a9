// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Makes a `diffv2m` bundle from the files that the authors of Diff-V2M, Stability AI and OpenAI publish, which nobody
/// may pass on. Reads torch zip files (Lightning, plain and TorchScript) and safetensors, mapped; runs nothing that is
/// in them. Converts one piece of a tensor after the other, so that memory stays far below the size of the bundle. The
/// bundle appears whole or not at all. Caller: control.
#include <photoplayer/model/tensor_view.h>
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace photoplayer::model {

enum class WeightChoice { kOnline, kEma };
/// Which reading of the network the weights were trained with.
enum class Compat { kReleased, kPaper };

/// How the caller follows the work; both may be empty.
struct ImportWatch {
  std::function<bool(double share)> progress;        ///< 0…1; false: stop
  std::function<void(const std::string& line)> say;  ///< what was found and chosen; every key that does not fit
};

struct ImportRequest {
  std::filesystem::path checkpoint;   ///< Lightning or exported; torch zip or safetensors
  std::filesystem::path clip;         ///< CLIP ViT: OpenAI's archive, a state_dict, or transformers' layout
  std::filesystem::path autoencoder;  ///< empty: the checkpoint's own. stable-audio-tools' or diffusers' layout
  std::filesystem::path config;       ///< the authors' model config; empty: what tensors do not show is as released
  std::filesystem::path output;
  std::optional<WeightChoice> weights;  ///< unset: online, as the authors sample
  std::optional<Compat> compat;         ///< unset: found out from the weights
  DType storage = DType::kBF16;         ///< kF32, kF16 or kBF16, of matrices; vectors stay kF32
};

struct RandomRequest {
  std::filesystem::path output;
  bool toy = false;  ///< sizes that a small machine runs in a moment
  std::uint64_t seed = 1;
  Compat compat = Compat::kReleased;
  DType storage = DType::kBF16;
};

/// Warnings for the user, a line each. Fails with kBadInput (a file is not what it should be, or the weights do not
/// fit; then every key that does not is said through `watch.say`), kUsage, kOutput or kCancelled.
[[nodiscard]] Result<std::vector<std::string>> import_diffv2m(const ImportRequest& request, const ImportWatch& watch);

/// The same bundle with random weights that keep every activation finite: for tests, benches and trying things out.
[[nodiscard]] Result<std::vector<std::string>> write_random_diffv2m(const RandomRequest& request,
                                                                    const ImportWatch& watch);

}  // namespace photoplayer::model
