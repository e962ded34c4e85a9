// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How close the student came, and where its pictures came from.
#include <torch/torch.h>

#include <nlohmann/json.hpp>

namespace photoplayer::train {

/// Cosine, agreement on labels, and correlation of what `table` makes of both sides' labels.
[[nodiscard]] nlohmann::json agreement(const torch::Tensor& unit, const torch::Tensor& wanted,
                                       const torch::Tensor& student_logits, const torch::Tensor& teacher_logits,
                                       const torch::Tensor& table);

[[nodiscard]] nlohmann::json provenance(const nlohmann::json& sources, const torch::Tensor& still,
                                        std::int64_t trained_rows);

}  // namespace photoplayer::train
