// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/diffv2m/layout.h>

#include <utility>

namespace photoplayer::diffv2m {
namespace {

using Size = std::int64_t;

constexpr Size kWideKernel = 7, kAudioChannels = 2, kUnits = 3;

class List {
 public:
  void snake(const std::string& name, Size channels) {
    entries_.push_back({name + ".alpha", {channels}});
    entries_.push_back({name + ".beta", {channels}});
  }
  /// No bias if 0.
  void conv(const std::string& name, std::vector<Size> shape, Size bias) {
    entries_.push_back({name + ".weight", std::move(shape)});
    if (bias > 0) entries_.push_back({name + ".bias", {bias}});
  }
  void residual_unit(const std::string& name, Size channels) {
    snake(name + ".layers.0", channels);
    conv(name + ".layers.1", {channels, channels, kWideKernel}, channels);
    snake(name + ".layers.2", channels);
    conv(name + ".layers.3", {channels, channels, 1}, channels);
  }
  [[nodiscard]] std::vector<LayoutEntry> take() { return std::move(entries_); }

 private:
  std::vector<LayoutEntry> entries_;
};

std::string layer(const std::string& owner, Size index) {
  return owner + ".layers." + std::to_string(index);
}

}  // namespace

std::vector<LayoutEntry> autoencoder_layout(const Config& config) {
  const VaeConfig& vae = config.vae;
  std::vector<Size> widths = {vae.channels};
  for (const Size mult : vae.c_mults) widths.push_back(mult * vae.channels);
  const auto blocks = static_cast<Size>(vae.strides.size());
  const auto at = [](const std::vector<Size>& sizes, Size i) { return sizes[static_cast<std::size_t>(i)]; };
  List list;

  const std::string encoder = "pretransform.model.encoder";
  list.conv(layer(encoder, 0), {vae.channels, kAudioChannels, kWideKernel}, vae.channels);
  for (Size i = 0; i < blocks; ++i) {
    const std::string block = layer(encoder, i + 1);
    const Size from = at(widths, i), to = at(widths, i + 1);
    for (Size unit = 0; unit < kUnits; ++unit) list.residual_unit(layer(block, unit), from);
    list.snake(layer(block, kUnits), from);
    list.conv(layer(block, kUnits + 1), {to, from, 2 * at(vae.strides, i)}, to);
  }
  list.snake(layer(encoder, blocks + 1), widths.back());
  list.conv(layer(encoder, blocks + 2), {2 * vae.latent_dims, widths.back(), 3}, 2 * vae.latent_dims);

  const std::string decoder = "pretransform.model.decoder";
  list.conv(layer(decoder, 0), {widths.back(), vae.latent_dims, kWideKernel}, widths.back());
  for (Size i = blocks; i-- > 0;) {
    const std::string block = layer(decoder, blocks - i);
    const Size from = at(widths, i + 1), to = at(widths, i);
    list.snake(layer(block, 0), from);
    list.conv(layer(block, 1), {from, to, 2 * at(vae.strides, i)}, to);
    for (Size unit = 0; unit < kUnits; ++unit) list.residual_unit(layer(block, 2 + unit), to);
  }
  list.snake(layer(decoder, blocks + 1), vae.channels);
  list.conv(layer(decoder, blocks + 2), {kAudioChannels, vae.channels, kWideKernel}, 0);
  return list.take();
}

}  // namespace photoplayer::diffv2m
