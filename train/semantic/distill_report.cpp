// SPDX-License-Identifier: Apache-2.0
#include "distill_report.h"

#include <photoplayer/stream/controls.h>

namespace photoplayer::train {
namespace {

double correlation(const torch::Tensor& a, const torch::Tensor& b) {
  const auto x = a - a.mean(), y = b - b.mean();
  return ((x * y).sum() / (x.norm() * y.norm()).clamp_min(1e-9)).item<double>();
}

}  // namespace

nlohmann::json agreement(const torch::Tensor& unit, const torch::Tensor& wanted, const torch::Tensor& student_logits,
                         const torch::Tensor& teacher_logits, const torch::Tensor& table) {
  const auto truth = teacher_logits.argmax(1, true);
  const auto best = std::get<1>(student_logits.topk(5, 1));
  const auto hit = best.eq(truth).to(torch::kFloat);
  const auto mine = student_logits.softmax(1).mm(table), theirs = teacher_logits.softmax(1).mm(table);
  const auto styles = [](const torch::Tensor& meaning) { return meaning.narrow(1, 2, stream::kStyles); };
  return {{"rows", unit.size(0)},
          {"cosine", (unit * wanted).sum(1).mean().item<double>()},
          {"top1", hit.select(1, 0).mean().item<double>()},
          {"top5", hit.sum(1).mean().item<double>()},
          {"valence_correlation", correlation(mine.select(1, 0), theirs.select(1, 0))},
          {"arousal_correlation", correlation(mine.select(1, 1), theirs.select(1, 1))},
          {"style_correlation", correlation(styles(mine), styles(theirs))},
          {"valence_deviation", theirs.select(1, 0).std().item<double>()},
          {"arousal_deviation", theirs.select(1, 1).std().item<double>()}};
}

nlohmann::json provenance(const nlohmann::json& sources, const torch::Tensor& still, std::int64_t trained_rows) {
  return {{"teacher", "MobileNetV2 1.0 224, ImageNet (google-coral/test_data), Apache-2.0: outputs only"},
          {"table", "train/semantic/label_affect.csv, own"},
          {"stills", still.max().item<std::int64_t>() + 1},
          {"rows", still.size(0)},
          {"trained_rows", trained_rows},
          {"sources", sources}};
}

}  // namespace photoplayer::train
