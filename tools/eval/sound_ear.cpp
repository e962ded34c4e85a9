// SPDX-License-Identifier: Apache-2.0
#include "eval/sound_ear.h"

#include "media/gst_support.h"
#include "media/mono_sound.h"

namespace photoplayer::tools {

Result<SoundEar> SoundEar::load(const std::filesystem::path& yamnet) {
  if (auto started = start_gstreamer(); !started) return tl::unexpected(started.error());
  return train::Yamnet::load(yamnet).map([](train::Yamnet&& network) { return SoundEar(std::move(network)); });
}

Result<std::vector<double>> SoundEar::embedding(std::span<const float> stereo) const {
  const auto mono = mono_sound(stereo, train::kYamnetRate_hz);
  if (!mono) return tl::unexpected(mono.error());
  const auto heard = yamnet_.listen(*mono);
  if (!heard) return tl::unexpected(heard.error());
  std::vector<double> mean(train::kYamnetDims, 0.0);
  for (std::size_t i = 0; i < heard->embeddings.size(); ++i)
    mean[i % train::kYamnetDims] += static_cast<double>(heard->embeddings[i]) / static_cast<double>(heard->patches);
  return mean;
}

}  // namespace photoplayer::tools
