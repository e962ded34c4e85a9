// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Distils the semantic encoder from the teacher and writes it with its bank of embedded stills.
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <filesystem>

namespace photoplayer::train {

struct DistillOptions {
  std::filesystem::path stills;   ///< without suffix, as collect_stills.py wrote it
  std::filesystem::path teacher;  ///< MobileNetV2 as TFLite
  std::filesystem::path table;    ///< label_affect.csv
  std::filesystem::path out;      ///< folder for semantic.safetensors, bank.safetensors, distill.json
  double budget_cpu_s = 2400.0;   ///< processor time of all threads; the learning rate's cosine ends with it
  std::int64_t batch = 32;
  double learning_rate = 2e-3;
  std::uint64_t seed = 1;
};

[[nodiscard]] Result<void> distill(const DistillOptions& options);

}  // namespace photoplayer::train
