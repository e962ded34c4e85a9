// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/yamnet.h>

#include <algorithm>
#include <cmath>

#include "layer_chain.h"

namespace photoplayer::train {
namespace {

constexpr std::size_t kPatchSamples = 15'600;  ///< 95 hops and a window

}  // namespace

struct Yamnet::State {
  detail::LayerChain chain;
};

Yamnet::Yamnet(std::unique_ptr<const State> state) noexcept : state_(std::move(state)) {}
Yamnet::Yamnet(Yamnet&&) noexcept = default;
Yamnet& Yamnet::operator=(Yamnet&&) noexcept = default;
Yamnet::~Yamnet() = default;

Result<Yamnet> Yamnet::load(const std::filesystem::path& path) {
  auto model = read_tflite(path);
  if (!model) return tl::unexpected(model.error());
  auto chain = detail::LayerChain::make(std::move(*model), {kYamnetPatch, kYamnetBands, 1}, path.string());
  if (!chain) return tl::unexpected(chain.error());
  if (chain->pooled_size() != kYamnetDims || chain->logits_size() != kYamnetClasses) {
    return fail(ErrorCode::kBadInput, path.string() + " is another network than YAMNet; give yamnet_spectra_in.tflite");
  }
  return Yamnet(std::make_unique<State>(State{std::move(*chain)}));
}

Result<Heard> Yamnet::listen(std::span<const float> sound) const {
  if (sound.empty()) return fail(ErrorCode::kBadInput, "there is no sound to listen to");
  if (!std::all_of(sound.begin(), sound.end(), [](float sample) { return std::isfinite(sample); }))
    return fail(ErrorCode::kBadInput, "the sound holds a sample that is not finite");
  std::vector<float> padded(sound.begin(), sound.end());
  padded.resize(std::max(padded.size(), kPatchSamples), 0.0F);
  const auto spectra = yamnet_spectra(padded);
  Heard heard;
  heard.patches = 1 + (spectra.size() / kYamnetBands - kYamnetPatch) / kYamnetStep;
  heard.embeddings.resize(heard.patches * kYamnetDims);
  heard.scores.resize(heard.patches * kYamnetClasses);
  for (std::size_t i = 0; i < heard.patches; ++i) {
    const std::span<float> scores(heard.scores.data() + i * kYamnetClasses, kYamnetClasses);
    state_->chain.run({spectra.data() + i * kYamnetStep * kYamnetBands, kYamnetPatch * kYamnetBands},
                      {heard.embeddings.data() + i * kYamnetDims, kYamnetDims}, scores);
    for (float& score : scores) score = 1.0F / (1.0F + std::exp(-score));
  }
  return heard;
}

}  // namespace photoplayer::train
