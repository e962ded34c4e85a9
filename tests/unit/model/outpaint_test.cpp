// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/network/diffusion.h>

#include <cmath>

#include "support/catch.h"

using namespace photoplayer::network;

namespace {

/// The velocity of a network that knows the answer.
auto oracle(const torch::Tensor& truth) {
  return [truth](const torch::Tensor& x, double t) {
    const double alpha = std::cos(t * std::numbers::pi / 2.0), sigma = std::sin(t * std::numbers::pi / 2.0);
    // x = alpha z + sigma e, v = alpha e − sigma z
    const auto noise = (x - alpha * truth) / std::max(sigma, 1e-6);
    return alpha * noise - sigma * truth;
  };
}

double largest(const torch::Tensor& x) {
  return x.abs().max().item<double>();
}

}  // namespace

TEST_CASE("Outpainting: a perfect network is recovered in any number of steps, context untouched") {
  torch::manual_seed(1);
  const auto truth = torch::randn({12, 4});
  for (int steps : {1, 2, 7, 20}) {
    OutpaintJob job;
    job.noise = torch::randn({12, 4});
    job.known = truth.narrow(0, 0, 5);
    job.steps = steps;
    const auto result = outpaint(job, oracle(truth));
    CHECK(result.steps_taken == steps);
    CHECK(largest(result.latents - truth) < 1e-4);
    CHECK(torch::equal(result.latents.narrow(0, 0, 5), job.known));
  }
}

TEST_CASE("Outpainting: the network sees the context re-noised to the same time as the rest") {
  torch::manual_seed(2);
  OutpaintJob job;
  job.noise = torch::randn({6, 3});
  job.known = torch::randn({2, 3});
  job.steps = 5;
  outpaint(job, [&](const torch::Tensor& x, double t) {
    const auto expected = std::cos(t * std::numbers::pi / 2.0) * job.known +
                          std::sin(t * std::numbers::pi / 2.0) * job.noise.narrow(0, 0, 2);
    CHECK(largest(x.narrow(0, 0, 2) - expected) < 1e-5);
    return torch::zeros_like(x);
  });
}

TEST_CASE("Outpainting: a network trained for it sees the context without noise") {
  torch::manual_seed(2);
  OutpaintJob job;
  job.noise = torch::randn({6, 3});
  job.known = torch::randn({2, 3});
  job.clean_context = true;
  job.steps = 5;
  outpaint(job, [&](const torch::Tensor& x, double) {
    CHECK(torch::equal(x.narrow(0, 0, 2), job.known));
    return torch::zeros_like(x);
  });
}

TEST_CASE("Outpainting: warm rows hold until they are released") {
  torch::manual_seed(3);
  OutpaintJob job;
  job.noise = torch::randn({4, 3});
  job.known = torch::empty({0, 3});
  job.warm = torch::randn({2, 3});
  job.release = 0.6;
  job.steps = 10;
  int held = 0;
  outpaint(job, [&](const torch::Tensor& x, double t) {
    const auto pasted = std::cos(t * std::numbers::pi / 2.0) * job.warm +
                        std::sin(t * std::numbers::pi / 2.0) * job.noise.narrow(0, 0, 2);
    const bool same = largest(x.narrow(0, 0, 2) - pasted) < 1e-5;
    if (t > job.release) CHECK(same);
    held += same ? 1 : 0;
    return torch::randn_like(x);
  });
  CHECK(held < 10);
}

TEST_CASE("Outpainting: a run that is cut short still ends at time 0") {
  torch::manual_seed(4);
  const auto truth = torch::randn({8, 4});
  OutpaintJob job;
  job.noise = torch::randn({8, 4});
  job.steps = 20;
  job.steps_that_fit = [](int left) { return left > 3 ? 3 : left; };
  const auto result = outpaint(job, oracle(truth));
  CHECK(result.steps_taken == 3);
  CHECK(largest(result.latents - truth) < 1e-4);
}
