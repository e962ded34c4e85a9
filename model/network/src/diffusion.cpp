// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/network/diffusion.h>

#include <algorithm>
#include <cmath>

namespace photoplayer::network {
namespace {
double alpha_at(double t) {
  return std::cos(t * std::numbers::pi / 2.0);
}
double sigma_at(double t) {
  return std::sin(t * std::numbers::pi / 2.0);
}
}  // namespace

OutpaintResult outpaint(const OutpaintJob& job,
                        const std::function<torch::Tensor(const torch::Tensor&, double)>& velocity) {
  const auto context = job.known.defined() ? job.known.size(0) : 0;
  const auto fresh = job.noise.size(0) - context;
  const auto context_noise = job.noise.narrow(0, 0, context);
  const auto fresh_noise = job.noise.narrow(0, context, fresh);

  const auto warm_rows = job.warm.defined() ? job.warm.size(0) : 0;
  double t = 1.0;
  auto rows = fresh_noise;
  OutpaintResult result;
  auto estimate = torch::zeros_like(fresh_noise);
  if (warm_rows > 0) estimate.narrow(0, 0, warm_rows).copy_(job.warm);
  int left = job.steps;
  while (left > 0) {
    if (job.steps_that_fit) left = std::min(left, job.steps_that_fit(left));
    if (left <= 0) break;
    if (warm_rows > 0 && t > job.release) {
      const auto held = alpha_at(t) * job.warm + sigma_at(t) * fresh_noise.narrow(0, 0, warm_rows);
      rows = torch::cat({held, rows.narrow(0, warm_rows, fresh - warm_rows)}, 0);
    }
    auto x = rows;
    if (context > 0) {
      x = torch::cat({job.clean_context ? job.known : alpha_at(t) * job.known + sigma_at(t) * context_noise, rows}, 0);
    }
    const auto v = velocity(x, t).narrow(0, context, fresh);
    estimate = alpha_at(t) * rows - sigma_at(t) * v;
    const auto noise = sigma_at(t) * rows + alpha_at(t) * v;
    // What is left of the time is re-spaced over the steps that are left, so a shortened run still ends at 0.
    t -= t / left;
    --left;
    ++result.steps_taken;
    rows = left > 0 ? alpha_at(t) * estimate + sigma_at(t) * noise : estimate;
  }
  result.latents = context > 0 ? torch::cat({job.known, estimate}, 0) : estimate;
  return result;
}

}  // namespace photoplayer::network
