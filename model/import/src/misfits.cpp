// SPDX-License-Identifier: Apache-2.0
#include "bundle_header.h"
#include "derived_config.h"

#include <algorithm>
#include <set>

namespace photoplayer::model::detail {
namespace {

void check_against_published(const Diffv2mConfig& config, const PublishedConfig& published, Misfits& misfits) {
  const auto compare = [&](const char* what, std::optional<std::int64_t> says, std::int64_t is) {
    if (!says || *says == is) return;
    misfits.contradictions.push_back("the model config says " + std::string(what) + " " + std::to_string(*says) +
                                     ", the tensors " + std::to_string(is));
  };
  compare("embed_dim", published.width, config.width);
  compare("depth", published.depth, config.depth);
  compare("cond_token_dim", published.cond_dims, config.cond_dims);
  compare("io_channels", published.latent_dims, config.latent_dims);
  compare("decoder channels", published.vae_channels, config.vae.channels);
  compare("decoder latent_dim", published.vae_latent_dims, config.vae.latent_dims);
  const auto compare_all = [&](const char* what, const std::optional<std::vector<std::int64_t>>& says,
                               const std::vector<std::int64_t>& is) {
    if (!says || *says == is) return;
    misfits.contradictions.push_back("the model config says " + std::string(what) + " " + shape_text(*says) +
                                     ", the tensors " + shape_text(is));
  };
  compare_all("c_mults", published.vae_c_mults, config.vae.c_mults);
  compare_all("strides", published.vae_strides, config.vae.strides);
}

void check_sizes(const Diffv2mConfig& config, Misfits& misfits) {
  const auto require = [&](bool holds, const std::string& else_say) {
    if (!holds) misfits.contradictions.push_back(else_say);
  };
  const auto text = [](std::int64_t number) { return std::to_string(number); };
  const auto divides = [](std::int64_t part, std::int64_t whole) { return part > 0 && whole % part == 0; };
  require(config.vae.latent_dims == config.latent_dims, "the autoencoder has " + text(config.vae.latent_dims) +
                                                            " latent channels, the transformer " +
                                                            text(config.latent_dims));
  require(config.clip.out == config.semantic_dims,
          "CLIP gives " + text(config.clip.out) + " numbers, the conditioner takes " + text(config.semantic_dims));
  const bool heads = divides(config.head_dims, config.width) && divides(config.head_dims, config.cond_dims) &&
                     divides(config.cond_dims, config.width);
  require(heads, "heads of " + text(config.head_dims) + " do not divide a width of " + text(config.width) +
                     " and conditions of " + text(config.cond_dims));
}

/// The authors' LayerNorm has a gain alone; its beta is a buffer of zeros.
bool all_zero(const SourceTensor& tensor) {
  if (tensor.type == SourceType::kOther || tensor.shape.size() != 1 || tensor.shape[0] > (1 << 20)) return false;
  std::vector<float> values(static_cast<std::size_t>(element_count(tensor.shape)));
  SourceReader(tensor).read(values);
  return std::all_of(values.begin(), values.end(), [](float value) { return value == 0.0F; });
}

std::string shape_fault(const Piece& piece, const std::vector<std::int64_t>& expected) {
  for (const auto& part : piece.parts) {
    if (part && part->type == SourceType::kOther) return "has a type of number that is not read";
  }
  const auto shape = piece.shape();
  if (!shape) return {};
  if (shape->empty() && !expected.empty() && piece.part(Part::kQuery)) return "has thirds that do not fit together";
  if (*shape != expected) return "is " + shape_text(*shape) + ", the network needs " + shape_text(expected);
  const auto& gain = piece.part(Part::kGain);
  if (gain && (gain->shape.empty() || gain->shape[0] != expected[0] ||
               std::any_of(gain->shape.begin() + 1, gain->shape.end(), [](std::int64_t n) { return n != 1; }))) {
    return "has a weight-norm gain of " + shape_text(gain->shape) + " for " + shape_text(expected);
  }
  return {};
}

std::string named(const std::string& name, const Piece& piece) {
  return piece.origin == name || piece.origin.empty() ? printable(name)
                                                      : printable(name) + " (" + printable(piece.origin) + ")";
}

}  // namespace

Misfits find_misfits(const Diffv2mConfig& config, const GatheredWeights& found,
                     const std::optional<PublishedConfig>& published) {
  Misfits misfits;
  std::set<std::string, std::less<>> expected_names;
  for (const ExpectedTensor& expected : expected_tensors(config)) {
    expected_names.insert(expected.name);
    const auto at = found.pieces.find(expected.name);
    if (at == found.pieces.end()) {
      misfits.missing.push_back(expected.name + " " + shape_text(expected.shape));
      continue;
    }
    if (const std::string part = at->second.missing_part(expected.name); !part.empty()) misfits.missing.push_back(part);
    const std::string fault = shape_fault(at->second, expected.shape);
    if (!fault.empty()) misfits.misshapen.push_back(named(expected.name, at->second) + " " + fault);
  }
  for (const ExpectedTensor& dead : dead_tensors(config)) expected_names.insert(dead.name);
  for (const auto& [name, piece] : found.pieces) {
    if (!expected_names.contains(name)) misfits.unknown.push_back(named(name, piece));
  }
  for (const std::string& name : found.unknown) misfits.unknown.push_back(printable(name));
  for (const auto& [name, tensor] : found.dead) {
    if (name.ends_with("_norm.beta") && !all_zero(tensor)) {
      misfits.contradictions.push_back(printable(name) + " is not zero; the published network has no such bias");
    }
  }
  check_sizes(config, misfits);
  if (published) check_against_published(config, *published, misfits);
  return misfits;
}

std::string Misfits::summary() const {
  std::string text;
  for (const auto& [list, what] : {std::pair{&missing, "missing"},
                                   {&unknown, "unknown"},
                                   {&misshapen, "misshapen"},
                                   {&contradictions, "contradictory"}}) {
    if (!list->empty()) text += (text.empty() ? "" : ", ") + std::to_string(list->size()) + " " + what;
  }
  return text;
}

}  // namespace photoplayer::model::detail
