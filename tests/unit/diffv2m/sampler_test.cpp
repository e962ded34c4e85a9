// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/diffv2m/sampler.h>
#include <photoplayer/network/diffusion.h>

#include <algorithm>

#include "support/catch.h"
#include "toy_network.h"

using namespace photoplayer;
using namespace photoplayer::diffv2m;

TEST_CASE("DDIM: the authors' grid, and a fifth of it at the switch or below", "[diffv2m][unit]") {
  const auto times = ddim_times(250);
  REQUIRE(times.size() == 250);
  CHECK(times[0] == 1.0);
  CHECK(times[199] == Approx(0.204));
  CHECK(times[200] == Approx(0.2));
  CHECK(times[249] == Approx(0.004));
  for (const int steps : {5, 10, 20, 25, 50, 100, 250}) {
    const auto all = ddim_times(steps);
    const auto late = std::count_if(all.begin(), all.end(), [](double t) { return !(static_cast<float>(t) > 0.2F); });
    INFO(steps << " steps");
    CHECK(late == steps / 5);
  }
}

TEST_CASE("DDIM: a velocity that knows the latents leads to them, in any number of steps", "[diffv2m][unit]") {
  const auto latents = torch::randn({2, 6, 8}), noise = torch::randn({2, 6, 8});
  // v of the straight way from these latents to this noise: alpha noise − sigma latents.
  const auto v = [&](const torch::Tensor& x, double t) {
    const auto when = torch::full({}, t, torch::kFloat);
    const auto alpha = network::alpha_of(when), sigma = network::sigma_of(when);
    // x0 and noise can be told from x and v, so x has to lie on that way.
    CHECK(tests::relative_error(x, alpha * latents + sigma * noise) < 1e-5);
    const auto velocity = alpha * noise - sigma * latents;
    CHECK(tests::relative_error(alpha * x - sigma * velocity, latents) < 1e-5);
    CHECK(tests::relative_error(sigma * x + alpha * velocity, noise) < 1e-5);
    return velocity;
  };
  for (const int steps : {1, 2, 8, 50}) CHECK(tests::relative_error(ddim(noise, steps, v), latents) < 1e-5);
}
