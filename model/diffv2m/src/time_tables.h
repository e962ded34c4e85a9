// SPDX-License-Identifier: Apache-2.0
#pragma once
/// All that depends on the weights and the diffusion time alone, made once per time.
#include "dit.h"

#include <map>
#include <memory>
#include <vector>

namespace photoplayer::diffv2m {

struct TimeTable {
  struct Layer {
    Modulation semantic, rhythm;   ///< after attention: of its output; before: of the context, compounded up to here
    torch::Tensor semantic_share;  ///< [1] a gate's a(t)
    torch::Tensor null_add;        ///< [width] what the cross-attentions of the null branch add; undefined: nothing
  };
  torch::Tensor embedding;  ///< [1, width]
  bool takes_semantic = true, takes_rhythm = true;
  std::vector<Layer> layers;
};

[[nodiscard]] TimeTable make_time_table(const Dit& dit, double t);

/// Keeps the tables of the last schedules. A ladder that re-spaces its steps asks for ever new times, so the store is
/// emptied when it is full.
class TimeTables {
 public:
  explicit TimeTables(const Dit& dit) : dit_(dit) {}
  [[nodiscard]] std::shared_ptr<const TimeTable> at(double t);

 private:
  static constexpr std::size_t kMost = 512;
  const Dit& dit_;
  std::map<float, std::shared_ptr<const TimeTable>> tables_;
};

}  // namespace photoplayer::diffv2m
