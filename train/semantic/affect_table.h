// SPDX-License-Identifier: Apache-2.0
#pragma once
/// label_affect.csv: from the teacher's labels to mood and styles.
#include <photoplayer/stream/result.h>

#include <torch/torch.h>

#include <filesystem>

namespace photoplayer::train {

/// float [1001, 2 + styles]: valence, arousal, then weights over stream::kStyleNames that sum to 1. A
/// distribution over labels times this is what a picture means for the music.
[[nodiscard]] Result<torch::Tensor> read_affect_table(const std::filesystem::path& path);

}  // namespace photoplayer::train
