// SPDX-License-Identifier: Apache-2.0
#include "distil.h"

#include <numbers>

namespace photoplayer::train {
namespace {

constexpr double kQuarterTurn = std::numbers::pi / 2.0;

/// From noisy latents at `from` (in 0…1, one per window) back by `length`, in `steps` guided DDIM steps.
torch::Tensor teachers_path(network::Dit& dit, const Window& window, const network::SeenConditions& seen,
                            torch::Tensor noisy, const torch::Tensor& clean, const torch::Tensor& from,
                            const torch::Tensor& length, int steps, double guidance) {
  const auto twice = [](const torch::Tensor& x) { return x.defined() ? torch::cat({x, x}) : x; };
  const auto contexts = dit->contexts(network::seen_and_unseen(seen));
  const auto plan = twice(window.plan), global = twice(window.global), clean_twice = twice(clean);
  const auto given = noisy;
  for (int i = 0; i < steps; ++i) {
    const auto t = from - length * (static_cast<double>(i) / steps);
    const auto both = dit(twice(noisy), twice(t), plan, global, contexts, clean_twice).chunk(2);
    const auto v = both[1] + guidance * (both[0] - both[1]);
    const auto turn = (length * (kQuarterTurn / steps)).view({-1, 1, 1});
    noisy = turn.cos() * noisy - turn.sin() * v;
    if (clean.defined()) noisy = torch::where(clean.unsqueeze(-1), given, noisy);
  }
  return noisy;
}

}  // namespace

torch::Tensor distil_loss(JointModelImpl& student, JointModelImpl& teacher, const Window& window,
                          const DistilSettings& settings, std::mt19937_64& random) {
  const auto batch = window.latents.size(0);
  const int steps = 2 + static_cast<int>(random() % static_cast<std::uint64_t>(std::max(1, settings.most_steps - 1)));
  const auto options = window.latents.options();
  const auto from = 1.0 - torch::randint(steps, {batch}, options) / static_cast<double>(steps);
  const auto length = torch::full({batch}, 1.0 / steps, options);

  auto seen = window.seen, students_seen = window.seen;
  torch::Tensor noisy, clean, target;
  {
    const torch::NoGradGuard no_gradients;
    seen.rhythm = teacher.predictor(window.glances, window.place, window.beat_semantic);
    // With which it ships; it does not learn, and need not be the teacher's.
    students_seen.rhythm = student.predictor(window.glances, window.place, window.beat_semantic);
    const auto angle = (from * kQuarterTurn).view({-1, 1, 1});
    noisy = angle.cos() * window.latents + angle.sin() * torch::randn_like(window.latents);
    if (student.dit->config().clean_context) {
      clean = JointModelImpl::random_context(window.latents);
      noisy = torch::where(clean.unsqueeze(-1), JointModelImpl::as_played(window.latents), noisy);
    }
    const int teacher_steps = std::max(1, (settings.teacher_steps + steps - 1) / steps);
    const auto arrived =
        teachers_path(teacher.dit, window, seen, noisy, clean, from, length, teacher_steps, settings.guidance);
    const auto turn = (length * kQuarterTurn).view({-1, 1, 1});
    target = (turn.cos() * noisy - arrived) / turn.sin();
  }
  const auto v = student.dit(noisy, from, window.plan, window.global, student.dit->contexts(students_seen), clean);
  return mean_over_asked((v - target).pow(2).mean(-1), clean);
}

}  // namespace photoplayer::train
