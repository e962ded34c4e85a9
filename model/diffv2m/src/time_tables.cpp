// SPDX-License-Identifier: Apache-2.0
#include "time_tables.h"

namespace photoplayer::diffv2m {
namespace {

/// What attention to tokens that are all equal to `token` gives, whatever asks: the value itself.
torch::Tensor attend_to_one(const CrossAttention& attention, const torch::Tensor& token) {
  const auto value = attention.to_kv(token).chunk(2, -1)[1].view({-1, attention.head_dims});  // [kv_heads, dims]
  const auto shared = attention.to_q.weight.size(0) / value.numel();
  return attention.to_out(value.repeat_interleave(shared, 0).view({-1}));
}

Modulation after(const Modulation& first, const Modulation& then) {
  if (!first.scale.defined()) return then;
  return {first.scale * then.scale, first.shift * then.scale + then.shift};
}

Modulation flat(const Modulation& modulation) {
  return {modulation.scale.view({-1}), modulation.shift.view({-1})};
}

}  // namespace

TimeTable make_time_table(const Dit& dit, double t) {
  using Mix = Fusion::Mix;
  const auto time = torch::full({1, 1}, static_cast<float>(t), dit.fourier.options());
  TimeTable table;
  table.embedding = dit.embed_time(time.view({1}));
  const Mix mix = dit.fusion.mix;
  table.takes_semantic = mix != Mix::kSwitch || dit.is_semantic(t);
  table.takes_rhythm = dit.fusion.uses_rhythm() && (mix != Mix::kSwitch || !table.takes_semantic);

  Modulation semantic, rhythm;
  for (const DitBlock& block : dit.blocks) {
    TimeTable::Layer layer;
    if (block.gate) layer.semantic_share = (*block.gate)(time).view({1});
    torch::Tensor null_semantic, null_rhythm;
    if (dit.fusion.film != Fusion::Film::kNone) {
      const auto e = block.t_linear(time);
      if (table.takes_semantic) layer.semantic = flat((*block.film_semantic)(e));
      if (table.takes_rhythm) layer.rhythm = flat((*block.film_rhythm)(e));
      if (dit.fusion.film == Fusion::Film::kAfter) {
        null_semantic = layer.semantic.shift;
        null_rhythm = layer.rhythm.shift;
      } else {
        layer.semantic = semantic = after(semantic, layer.semantic);
        layer.rhythm = rhythm = after(rhythm, layer.rhythm);
        null_semantic = attend_to_one(*block.semantic, semantic.shift);
        null_rhythm = attend_to_one(*block.rhythm, rhythm.shift);
      }
    }
    if (null_semantic.defined() || null_rhythm.defined()) {
      if (mix == Mix::kSwitch) layer.null_add = table.takes_semantic ? null_semantic : null_rhythm;
      if (mix == Mix::kSum) layer.null_add = null_semantic + null_rhythm;
      if (mix == Mix::kAverage) layer.null_add = 0.5 * (null_semantic + null_rhythm);
      if (mix == Mix::kGate) layer.null_add = null_rhythm + layer.semantic_share * (null_semantic - null_rhythm);
    }
    table.layers.push_back(std::move(layer));
  }
  return table;
}

std::shared_ptr<const TimeTable> TimeTables::at(double t) {
  const auto key = static_cast<float>(t);
  if (const auto found = tables_.find(key); found != tables_.end()) return found->second;
  if (tables_.size() >= kMost) tables_.clear();
  return tables_.emplace(key, std::make_shared<const TimeTable>(make_time_table(dit_, t))).first->second;
}

}  // namespace photoplayer::diffv2m
