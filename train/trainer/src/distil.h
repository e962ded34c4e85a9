// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Few-step distillation: a student learns to make, in one step without guidance, the stretch of time for which its
/// teacher takes several guided steps. Along the teacher's deterministic path the answer is a single point, so the
/// student has nothing to average over and few steps lose little.
#include <random>

#include "joint_model.h"

namespace photoplayer::train {

struct DistilSettings {
  int most_steps = 4;      ///< the student learns to make a window in 2 up to so many steps
  int teacher_steps = 24;  ///< of the teacher for a whole window
  double guidance = 1.5;   ///< the teacher's; the student does without
};

/// Mean squared difference of velocities. Each hears its own predictor, from which no gradient comes. `teacher` is only
/// read; several threads may share it.
[[nodiscard]] torch::Tensor distil_loss(JointModelImpl& student, JointModelImpl& teacher, const Window& window,
                                        const DistilSettings& settings, std::mt19937_64& random);

}  // namespace photoplayer::train
