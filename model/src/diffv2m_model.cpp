// SPDX-License-Identifier: Apache-2.0
#include "diffv2m_model.h"

#include <photoplayer/diffv2m/config.h>
#include <photoplayer/diffv2m/network.h>
#include <photoplayer/diffv2m/weights.h>
#include <photoplayer/model/sound_voice.h>
#include <photoplayer/network/oobleck.h>
#include <photoplayer/network/oobleck_stream.h>
#include <photoplayer/stream/latent_clock.h>

#include <map>
#include <string>

#include "clip_encoder.h"
#include "diffv2m_generator.h"
#include "sound_decoder.h"

namespace photoplayer::model {
namespace {

/// About a second each; the rest of the window is context.
constexpr int kHop_rows = 22;
constexpr int kLookAhead_rows = 22;

/// A decoder is allocated before it is filled. So that a few bytes of config cannot ask for more memory than the file
/// has, the tensors that decide its size are looked up first.
Result<void> check_decoder(const network::OobleckConfig& vae, const diffv2m::Weights& weights) {
  std::vector<diffv2m::LayoutEntry> expected;
  const auto stages = vae.c_mults.size();
  const std::string layers = "pretransform.model.decoder.layers.";
  const auto channels = [&](std::size_t stage) { return vae.channels * vae.c_mults[stage]; };
  expected.push_back({layers + "0.weight", {channels(stages - 1), vae.latent_dims, 7}});
  for (std::size_t i = 0; i < stages; ++i) {
    const auto in = channels(stages - 1 - i), out = i + 1 < stages ? channels(stages - 2 - i) : channels(0);
    const auto stride = vae.strides[stages - 1 - i];
    if (stride % 2 != 0) return fail(ErrorCode::kBadBundle, "its autoencoder has an odd stride");
    const std::string block = layers + std::to_string(i + 1) + ".layers.";
    expected.push_back({block + "1.weight", {in, out, 2 * stride}});
    expected.push_back({block + "2.layers.1.weight", {out, out, 7}});
  }
  return diffv2m::check(weights, expected);
}

Result<network::OobleckDecoder> load_decoder(const diffv2m::Config& config, const diffv2m::Weights& weights) {
  network::OobleckConfig vae;
  vae.channels = config.vae.channels;
  vae.c_mults = config.vae.c_mults;
  vae.strides = config.vae.strides;
  vae.latent_dims = config.vae.latent_dims;
  if (vae.latent_dims != config.latent_dims || vae.frames_per_latent() != 2048) {
    return fail(ErrorCode::kBadBundle, "its autoencoder does not fit: latents of " +
                                           std::to_string(config.latent_dims) + " numbers and 2048 frames are needed");
  }
  if (auto fits = check_decoder(vae, weights); !fits) return tl::unexpected(fits.error());
  std::map<std::string, torch::Tensor> tensors;
  const std::string prefix = "pretransform.model.decoder.";
  for (const auto& [name, tensor] : weights) {
    if (name.compare(0, prefix.size(), prefix) == 0) tensors.emplace(name, tensor);
  }
  network::OobleckDecoder decoder(vae);
  if (auto filled = network::load_oobleck(*decoder, tensors, prefix); !filled) return tl::unexpected(filled.error());
  return decoder;
}

}  // namespace

Result<LoadedModel> load_diffv2m(const std::shared_ptr<const Bundle>& bundle) {
  auto config = diffv2m::config_from_json(bundle->config());
  if (!config) return tl::unexpected(config.error());
  const auto weights = diffv2m::weights_of(bundle);
  if (!weights) return tl::unexpected(weights.error());
  *config = diffv2m::sized_by(*config, *weights);
  if (config->colour_dims != static_cast<std::int64_t>(stream::kColourDims) ||
      config->semantic_dims > static_cast<std::int64_t>(stream::kSemanticDims) ||
      config->clip.out != config->semantic_dims) {
    return fail(ErrorCode::kBadBundle, "it looks at pictures in another way: colours must have " +
                                           std::to_string(stream::kColourDims) +
                                           " numbers, meanings as many as its "
                                           "CLIP tower gives, at most " +
                                           std::to_string(stream::kSemanticDims));
  }

  constexpr std::int64_t kMostRows = 4096;  // three minutes
  if (config->window_rows < 3 * kHop_rows || config->window_rows > kMostRows) {
    return fail(ErrorCode::kBadBundle, "its config says window_rows " + std::to_string(config->window_rows) +
                                           "; allowed is " + std::to_string(3 * kHop_rows) + " to " +
                                           std::to_string(kMostRows));
  }

  auto conditioner = diffv2m::Conditioner::make(*config, *weights);
  if (!conditioner) return tl::unexpected(conditioner.error());
  auto network = diffv2m::Network::make(*config, *weights);
  if (!network) return tl::unexpected(network.error());
  auto encoder = make_clip_encoder(config->clip, *weights);
  if (!encoder) return tl::unexpected(encoder.error());
  auto decoder = load_decoder(*config, *weights);
  if (!decoder) return tl::unexpected(decoder.error());

  LoadedModel model;
  model.encoder = std::move(*encoder);
  model.parts.generator = make_diffv2m_generator(std::move(*conditioner), std::move(*network));
  model.parts.sound_decoder = make_sound_decoder(std::move(*decoder));
  model.parts.synthesiser = make_sound_voice();
  model.settings.steps = config->steps;
  model.settings.guidance = static_cast<float>(config->guidance);
  model.settings.max_hop_s = stream::FixedLatentClock().time_s(kHop_rows);
  model.settings.look_ahead_rows = kLookAhead_rows;
  model.settings.context_rows = static_cast<int>(config->window_rows) - kHop_rows - kLookAhead_rows;
  model.settings.fade_rows = network::OobleckStream::kTapeFade_rows;
  return model;
}

}  // namespace photoplayer::model
