// SPDX-License-Identifier: Apache-2.0
/// What sampling a window of a score bundle costs: the network as LibTorch runs it module by module against its fast
/// form, by turns, with a full context, guidance and one thread, as live; and where the time goes.
///   parlour_bench [REPETITIONS] [BUNDLE]
#include <dlfcn.h>
#include <photoplayer/model/bundle.h>
#include <photoplayer/network/beat_plan.h>
#include <photoplayer/network/diffusion.h>
#include <photoplayer/network/fast_dit.h>
#include <photoplayer/network/products.h>

#include <cstdio>
#include <cstdlib>
#include <span>

#include "parlour_network.h"
#include "timing.h"

using namespace photoplayer;

namespace {

constexpr std::int64_t kRows = 32, kContext = 21, kSlow = kRows / 2;
constexpr double kGuidance = 1.5;

/// OpenBLAS keeps its own count, which LibTorch does not reach.
void use_one_thread() {
  at::set_num_threads(1);
  using Setter = void (*)(int);
  if (auto* set = reinterpret_cast<Setter>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) set(1);
}

/// A window over a picture of noise, and a plan of ordinary numbers.
struct Window {
  explicit Window(const network::DitConfig& config) {
    torch::manual_seed(3);
    plan = torch::zeros({1, kRows, network::kPlanNumbers});
    for (int row = 0; row < kRows; ++row) {
      network::BeatPlan beat;
      beat.chord_root = row / 8, beat.chord_chroma = 0x091, beat.beat_in_bar = row % 4, beat.density = 0.5F;
      beat.layers = 0b01111;
      network::encode(beat, std::span(plan.data_ptr<float>() + row * network::kPlanNumbers, network::kPlanNumbers));
    }
    global = torch::zeros({1, network::kGlobalNumbers});
    network::encode(network::GlobalPlan{}, std::span(global.data_ptr<float>(), network::kGlobalNumbers));
    glances = torch::rand({1, kRows, 32}), place = torch::rand({1, kRows, 5});
    beat_semantic = torch::randn({1, kRows, 512}) * 0.04;
    seen.semantic = torch::randn({1, kSlow, config.semantic_dims}) * 0.04;
    seen.colour = torch::softmax(torch::randn({1, kSlow, config.colour_dims}), -1);
    seen.semantic_visible = seen.colour_visible = torch::ones({1, kSlow}, torch::kBool);
    seen.rhythm_visible = torch::ones({1, kRows}, torch::kBool);
    seen.slow_beats = torch::arange(0, kRows, 2, torch::kFloat);
    job.noise = torch::randn({kRows, config.latent_dims}), job.known = torch::randn({kContext, config.latent_dims});
    job.steps = 8;
    job.clean_context = config.clean_context;
  }
  torch::Tensor plan, global, glances, place, beat_semantic;
  network::SeenConditions seen;
  network::OutpaintJob job;
};

/// Both branches as two items, of which the second sees nothing.
torch::Tensor eager(network::Dit& dit, const Window& window) {
  const auto twice = [](const torch::Tensor& x) { return torch::cat({x, x}); };
  const auto contexts = dit->contexts(network::seen_and_unseen(window.seen));
  const auto plan = twice(window.plan), global = twice(window.global);
  torch::Tensor clean;
  if (window.job.clean_context) clean = (torch::arange(kRows) < kContext).expand({2, kRows});
  const auto step = [&](const torch::Tensor& x, double t) {
    const auto v = dit(x.unsqueeze(0).expand({2, -1, -1}), torch::full({2}, t), plan, global, contexts, clean);
    return v[1] + kGuidance * (v[0] - v[1]);
  };
  return network::outpaint(window.job, step).latents;
}

torch::Tensor fast(network::FastDit& dit, const network::Contexts& contexts, const Window& window, double guidance) {
  dit.begin({contexts, window.plan[0], window.global[0], kContext});
  const auto step = [&](const torch::Tensor& x, double t) { return dit.velocity(x, t, guidance); };
  return network::outpaint(window.job, step).latents;
}

void say(const char* what, const bench::Timings& timings) {
  std::printf("  %-34s fastest %7.2f  p50 %7.2f  p99 %7.2f ms; %7.2f core-ms\n", what, 1e3 * timings.fastest(),
              1e3 * timings.p50(), 1e3 * timings.p99(), 1e3 * timings.cores_s());
}

}  // namespace

int main(int argc, char** argv) {
  const int repetitions = argc > 1 ? std::atoi(argv[1]) : 100;
  const char* path = argc > 2 ? argv[2] : PHOTOPLAYER_SOURCE_BUNDLE;
  const auto bundle = model::Bundle::open(path);
  auto networks = bundle ? model::load_parlour_networks(*bundle) : tl::unexpected(bundle.error());
  if (!networks) {
    std::fprintf(stderr, "parlour_bench: %s\n", networks.error().message.c_str());
    return 1;
  }
  use_one_thread();
  const torch::NoGradGuard no_gradients;
  auto& [dit, predictor] = networks->score;
  network::FastDit fast_dit(dit);
  Window window(dit->config());
  window.seen.rhythm = predictor(window.glances, window.place, window.beat_semantic);

  bench::Timings whole_eager, whole_fast, unguided, rhythm, contexts, begin, decode;
  network::Contexts seen = dit->contexts(window.seen);
  double difference = 0.0;
  for (int i = -1; i < repetitions; ++i) {
    torch::Tensor expected, made;
    const auto eager_time = bench::time_of([&] { return expected = eager(dit, window); });
    const auto rhythm_time =
        bench::time_of([&] { return predictor(window.glances, window.place, window.beat_semantic); });
    const auto contexts_time = bench::time_of([&] { return seen = dit->contexts(window.seen), 0; });
    const auto begin_time = bench::time_of([&] {
      return fast_dit.begin({seen, window.plan[0], window.global[0], kContext}), 0;
    });
    const auto fast_time =
        bench::time_of([&] { return made = fast(fast_dit, dit->contexts(window.seen), window, kGuidance); });
    const auto unguided_time = bench::time_of([&] { return fast(fast_dit, seen, window, 1.0); });
    const auto decode_time = bench::time_of([&] { return networks->vae->decode(made); });
    difference = ((expected - made).abs().max() / expected.std()).item<double>();
    if (i < 0) continue;
    whole_eager.add(eager_time), whole_fast.add(fast_time), unguided.add(unguided_time);
    rhythm.add(rhythm_time), contexts.add(contexts_time), begin.add(begin_time), decode.add(decode_time);
  }
  std::printf("window of %ld latents, %ld of them context, %d steps, guidance %.1f, one thread, kernel %s\n",
              static_cast<long>(kRows), static_cast<long>(kContext), window.job.steps, kGuidance,
              kernels::gemm_version().name());
  say("eager: contexts and steps", whole_eager);
  say("fast: contexts and steps", whole_fast);
  std::printf(
      "  fast is %.2f times as fast by p50, %.2f by p99, %.2f by the fastest; they differ by %.1e of a deviation\n",
      whole_eager.p50() / whole_fast.p50(), whole_eager.p99() / whole_fast.p99(),
      whole_eager.fastest() / whole_fast.fastest(), difference);
  say("of which contexts", contexts);
  say("of which keys and values", begin);
  say("fast without guidance", unguided);
  say("beside it: rhythm predictor", rhythm);
  say("beside it: decoding all latents", decode);
  return 0;
}
