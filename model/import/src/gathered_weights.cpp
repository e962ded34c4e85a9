// SPDX-License-Identifier: Apache-2.0
#include "gathered_weights.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace photoplayer::model::detail {
namespace {

constexpr std::string_view kAutoencoder = "pretransform.model.";
constexpr std::string_view kEma = "diffusion_ema.ema_model.";

class Gathering {
 public:
  Result<void> take_checkpoint(const WeightFile& file, WeightSet set, bool with_autoencoder) {
    const auto& tensors = file.tensors();
    found_.lightning = std::any_of(tensors.begin(), tensors.end(),
                                   [](const auto& entry) { return entry.first.starts_with("diffusion."); });
    const bool has_ema =
        std::any_of(tensors.begin(), tensors.end(), [](const auto& entry) { return entry.first.starts_with(kEma); });
    if (found_.lightning && set == WeightSet::kEma && !has_ema) {
      return fail(ErrorCode::kBadInput,
                  file.path().string() + " holds no EMA weights; use --weights online, as the authors do");
    }
    std::vector<std::pair<std::string, const SourceTensor*>> autoencoder;
    for (const auto& [name, tensor] : tensors) {
      const auto key = checkpoint_key(name, set);
      if (!key || key->starts_with("losses.")) continue;
      if (!key->starts_with("pretransform.")) {
        add(without_weight_norm(*key), tensor, name);
      } else if (!with_autoencoder) {
        continue;
      } else if (key->starts_with(kAutoencoder)) {
        autoencoder.emplace_back(key->substr(kAutoencoder.size()), &tensor);
      } else {
        found_.unknown.push_back(name);
      }
    }
    take_autoencoder(autoencoder);
    return {};
  }

  void take_autoencoder(const WeightFile& file) {
    // Longest first, so that a whole Stable Audio checkpoint is not taken for a bare autoencoder.
    std::string_view prefix;
    for (const std::string_view tried :
         {"diffusion.pretransform.model.", "pretransform.model.", "autoencoder.", "vae.", "model."}) {
      const auto at = file.tensors().lower_bound(std::string(tried) + "decoder.");
      if (at != file.tensors().end() && at->first.starts_with(std::string(tried) + "decoder.")) {
        prefix = tried;
        break;
      }
    }
    std::vector<std::pair<std::string, const SourceTensor*>> mine;
    for (const auto& [name, tensor] : file.tensors()) {
      const std::string_view rest = std::string_view(name).substr(std::min(prefix.size(), name.size()));
      const bool belongs = name.starts_with(prefix) && (rest.starts_with("encoder.") || rest.starts_with("decoder."));
      if (belongs) mine.emplace_back(std::string(rest), &tensor);
    }
    take_autoencoder(mine);
  }

  void take_clip(const WeightFile& file) {
    // Whatever wraps the model stands before the tower's first convolution.
    for (const auto& [ending, transformers] :
         {std::pair{std::string_view("visual.conv1.weight"), false},
          std::pair{std::string_view("vision_model.embeddings.patch_embedding.weight"), true}}) {
      for (const auto& [name, tensor] : file.tensors()) {
        if (!name.ends_with(ending)) continue;
        const std::string prefix = name.substr(0, name.size() - ending.size());
        take_clip(file, prefix, transformers);
        return;
      }
    }
  }

  GatheredWeights take() { return std::move(found_); }

 private:
  /// nullopt: not wanted.
  std::optional<std::string> checkpoint_key(const std::string& name, WeightSet set) {
    if (!found_.lightning) return name.starts_with("diffusion_ema.") ? std::nullopt : std::optional(name);
    if (name.starts_with("diffusion_ema.")) {
      if (set != WeightSet::kEma || !name.starts_with(kEma)) return std::nullopt;
      std::string key = "model.";
      return key.append(name, kEma.size());
    }
    constexpr std::string_view kWrapper = "diffusion.";
    if (!name.starts_with(kWrapper)) {
      if (!name.starts_with("losses.")) found_.unknown.push_back(name);
      return std::nullopt;
    }
    std::string key = name.substr(kWrapper.size());
    if (set == WeightSet::kEma && key.starts_with("model.")) return std::nullopt;
    return key;
  }

  void take_autoencoder(const std::vector<std::pair<std::string, const SourceTensor*>>& tensors) {
    int blocks = 0;
    for (const auto& [name, tensor] : tensors) {
      if (const auto block = diffusers_block(name)) blocks = std::max(blocks, *block + 1);
    }
    for (const auto& [name, tensor] : tensors) {
      Place place = without_weight_norm(blocks > 0 ? autoencoder_name(name, blocks) : name);
      place.name.insert(0, kAutoencoder);
      SourceTensor taken = *tensor;
      const bool snake = place.name.ends_with(".alpha") || place.name.ends_with(".beta");
      if (snake && taken.shape.size() == 3 && taken.shape[0] == 1 && taken.shape[2] == 1) {  // diffusers: [1, C, 1]
        taken.shape = {taken.shape[1]};
        taken.strides = {taken.strides[1]};
      }
      add(place, taken, name);
    }
  }

  void take_clip(const WeightFile& file, const std::string& prefix, bool transformers) {
    for (const auto& [name, tensor] : file.tensors()) {
      if (!name.starts_with(prefix)) continue;
      const std::string key = name.substr(prefix.size());
      if (transformers) {
        if (const auto place = transformers_clip_place(key)) add(*place, tensor, name);
      } else if (key.starts_with("visual.")) {
        add(Place{key}, tensor, name);
      }
    }
  }

  void add(const Place& place, const SourceTensor& tensor, const std::string& origin) {
    if (is_dead(place.name)) {
      found_.dead.emplace(place.name, tensor);
      return;
    }
    Piece& piece = found_.pieces[place.name];
    auto& part = piece.parts[static_cast<std::size_t>(place.part)];
    if (part) {
      found_.unknown.push_back(origin);  // two names for the same thing
      return;
    }
    part = place.transposed ? transposed(tensor) : tensor;
    piece.origin = origin;
  }

  GatheredWeights found_;
};

}  // namespace

std::string Piece::missing_part(const std::string& name) const {
  if (part(Part::kWhole)) return {};
  const bool normed = part(Part::kGain) || part(Part::kDirection);
  if (normed) {
    if (part(Part::kGain) && part(Part::kDirection)) return {};
    return name + (part(Part::kGain) ? "_v" : "_g");
  }
  for (const auto& [third, which] : {std::pair{Part::kQuery, "query"}, {Part::kKey, "key"}, {Part::kValue, "value"}}) {
    if (!part(third)) return name + " (its " + which + " third)";
  }
  return {};
}

std::optional<std::vector<std::int64_t>> Piece::shape() const {
  if (part(Part::kWhole)) return part(Part::kWhole)->shape;
  if (part(Part::kDirection)) return part(Part::kDirection)->shape;
  if (!part(Part::kQuery) || !part(Part::kKey) || !part(Part::kValue)) return std::nullopt;
  std::vector<std::int64_t> shape = part(Part::kQuery)->shape;
  for (const Part third : {Part::kKey, Part::kValue}) {
    const auto& other = part(third)->shape;
    if (shape.empty() || other.size() != shape.size()) return std::vector<std::int64_t>{};
    const bool fits = std::equal(other.begin() + 1, other.end(), shape.begin() + 1);
    if (!fits || __builtin_add_overflow(shape[0], other[0], shape.data())) return std::vector<std::int64_t>{};
  }
  return shape;
}

Result<GatheredWeights> gather_weights(const WeightFile& checkpoint, WeightSet set, const WeightFile* autoencoder,
                                       const WeightFile& clip) {
  Gathering gathering;
  if (auto ok = gathering.take_checkpoint(checkpoint, set, autoencoder == nullptr); !ok) {
    return tl::unexpected(ok.error());
  }
  if (autoencoder != nullptr) gathering.take_autoencoder(*autoencoder);
  gathering.take_clip(clip);
  return gathering.take();
}

}  // namespace photoplayer::model::detail
