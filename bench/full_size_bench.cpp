// SPDX-License-Identifier: Apache-2.0
/// The published network at its published size, with random weights in bf16: one guided step at several window
/// lengths and one second of decoding, in GFLOP/s of the operations really executed and as a share of what a large
/// product reaches on this machine in the same run; beside them LibTorch's eager mode.
///   full_size_bench [REPETITIONS] [LATENTS,...] [THREADS]
/// Takes 3.5 GB. Eager is timed on two of the 24 blocks and multiplied: in fp32 all would not fit beside the rest.
#include <ATen/Parallel.h>
#include <photoplayer/diffv2m/layout.h>
#include <photoplayer/diffv2m/network.h>
#include <photoplayer/diffv2m/products.h>
#include <photoplayer/network/fast_oobleck.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <thread>

#include "eager_diffv2m.h"
#include "timing.h"

using namespace photoplayer;
using bench::time_of;
using bench::Timing;
using bench::Timings;

namespace {

constexpr double kGuidance = 3.0, kTime = 0.6;
constexpr int kEagerBlocks = 2;
constexpr std::int64_t kTokens = 32, kColourTokens = 30;

double giga(double operations) {
  return operations / 1e9;
}

/// Values of Linear's initial spread, from one drawn pattern: drawing 1.4 G numbers would take longer than the bench.
diffv2m::Weights random_weights(const diffv2m::Config& config) {
  diffv2m::Weights weights;
  const auto pattern = torch::rand({1 << 20}) * 2.0 - 1.0;
  for (const auto& entry : diffv2m::dit_layout(config)) {
    if (entry.need == diffv2m::Need::kDead) continue;
    const bool matrix = diffv2m::is_product_matrix(entry.name, entry.shape);
    auto tensor = torch::empty(entry.shape, matrix ? torch::kBFloat16 : torch::kFloat);
    const double inputs = entry.shape.size() < 2 ? 768.0 : static_cast<double>(tensor.numel() / entry.shape[0]);
    const auto scaled = (pattern * (0.5 / std::sqrt(inputs))).to(tensor.scalar_type());
    auto flat = tensor.view({-1});
    for (std::int64_t at = 0; at < flat.numel(); at += pattern.numel()) {
      const auto count = std::min(pattern.numel(), flat.numel() - at);
      flat.narrow(0, at, count).copy_(scaled.narrow(0, 0, count));
    }
    if (entry.name.ends_with(".gamma")) flat.fill_(0.5);
    if (entry.name.ends_with(".beta")) flat.zero_();
    weights.emplace(entry.name, tensor);
  }
  return weights;
}

diffv2m::Conditions random_conditions(const diffv2m::Config& config) {
  const auto context = [&](std::int64_t tokens) {
    return diffv2m::Context{torch::randn({1, tokens, config.cond_dims}), torch::ones({1, tokens}, torch::kBool)};
  };
  diffv2m::Conditions conditions;
  conditions.semantic = context(kTokens), conditions.rhythm = context(kTokens);
  conditions.colour = context(kColourTokens);
  conditions.global = torch::randn({1, 3 * config.cond_dims});
  return conditions;
}

/// Operations of the products (two per multiply-add) of one guided step as velocity() takes it.
double executed_operations(const diffv2m::Config& config, std::int64_t latents) {
  const auto width = static_cast<double>(config.width), inner = static_cast<double>(config.feed_forward_dims);
  const auto one = static_cast<double>(latents + 1), both = 2.0 * one;
  const double self = 4.0 * width * width, attend_self = 2.0 * one * width;
  const double cross = 2.0 * (2.0 * width * width + 2.0 * static_cast<double>(kTokens) * width);
  const double forward = 3.0 * inner * width;
  const auto depth = static_cast<double>(config.depth);
  // The first block's self-attention sees no conditions yet, so both branches share it.
  return 2.0 * ((both * (depth - 1.0) + one) * (self + attend_self) + depth * (one * cross + both * forward));
}

/// A product that is large in every direction, by the library and by our kernel.
class LargeProduct {
 public:
  explicit LargeProduct(torch::ScalarType type)
      : a_(torch::randn({kSide, kSide}).to(type)),
        b_(torch::randn({kSide, kSide}).to(type)),
        x_(torch::randn({kSide, kSide})),
        weight_(torch::randn({kSide, kSide}).to(torch::kBFloat16)) {}

  void measure() {
    library_.add(time_of([&] { return torch::mm(a_, b_); }));
    ours_.add(time_of([&] { return network::linear_on_cpu(x_, weight_, {}); }));
  }
  /// Operations a second, the best so far.
  [[nodiscard]] double library() const { return kOperations / library_.fastest(); }
  [[nodiscard]] double ours() const { return kOperations / ours_.fastest(); }
  [[nodiscard]] double best() const { return std::max(library(), ours()); }
  [[nodiscard]] double best_per_core() const { return kOperations / std::min(library_.cores_s(), ours_.cores_s()); }

 private:
  static constexpr std::int64_t kSide = 2048;
  static constexpr double kOperations = 2.0 * kSide * kSide * kSide;
  torch::Tensor a_, b_, x_, weight_;
  Timings library_, ours_;
};

/// A guided step of eager mode: both branches as a batch of two, one of them with contexts of zeros.
class EagerStep {
 public:
  EagerStep(const diffv2m::Weights& weights, const diffv2m::Config& config, torch::ScalarType type)
      : block_(weights, "model.model.transformer.layers.0.", type), config_(config), type_(type) {
    const auto context = [&](std::int64_t tokens) {
      return torch::cat({torch::randn({1, tokens, config.cond_dims}), torch::zeros({1, tokens, config.cond_dims})})
          .to(type);
    };
    semantic_ = context(kTokens), rhythm_ = context(kTokens), colour_ = context(kColourTokens);
  }
  [[nodiscard]] Timing step(std::int64_t latents) const {
    const auto t = torch::full({2}, kTime, torch::kFloat).to(type_);
    auto h = torch::randn({2, latents + 1, config_.width}).to(type_);
    const auto timing = time_of([&] {
      for (int i = 0; i < kEagerBlocks; ++i) h = block_(h, semantic_, rhythm_, rhythm_, t);
      return 0;
    });
    const double times = static_cast<double>(config_.depth) / kEagerBlocks;
    return {times * timing.wall_s, times * timing.cores_s};
  }

 private:
  bench::EagerBlock block_;
  diffv2m::Config config_;
  torch::ScalarType type_;
  torch::Tensor semantic_, rhythm_, colour_;
};

/// Eager and our network must be the same network, or the comparison means nothing. Largest error over deviation.
double disagreement(diffv2m::Config config, const diffv2m::Weights& weights) {
  config.depth = 1;
  const auto network = diffv2m::Network::make(config, weights);
  TORCH_CHECK(network.has_value(), network.error().message);
  const auto conditions = random_conditions(config);
  const auto x = torch::randn({1, 40, config.latent_dims}), t = torch::full({1}, kTime);
  const auto mlp = [&](const std::string& name, const torch::Tensor& in) {
    const auto at = [&](const std::string& end) {
      const auto found = weights.find("model.model." + name + end);
      return found == weights.end() ? torch::Tensor() : found->second.to(torch::kFloat);
    };
    return torch::linear(torch::silu(torch::linear(in, at(".0.weight"), at(".0.bias"))), at(".2.weight"),
                         at(".2.bias"));
  };
  const auto matrix = [&](const std::string& name) { return weights.at("model.model." + name).to(torch::kFloat); };
  const auto angles = t.unsqueeze(1) * matrix("timestep_features.weight").view({1, -1}) * (2.0 * M_PI);
  const auto prefix =
      mlp("to_global_embed", conditions.global) + mlp("to_timestep_embed", torch::cat({angles.cos(), angles.sin()}, 1));
  const auto pre = matrix("preprocess_conv.weight").squeeze(-1), post = matrix("postprocess_conv.weight").squeeze(-1);
  auto h = torch::cat(
      {prefix.unsqueeze(1), torch::linear(x + torch::linear(x, pre), matrix("transformer.project_in.weight"))}, 1);
  const auto semantic = mlp("to_cond_embed", conditions.semantic.tokens);
  const auto rhythm = mlp("to_cond_embed", conditions.rhythm.tokens);
  h = bench::EagerBlock(weights, "model.model.transformer.layers.0.", torch::kFloat)(h, semantic, rhythm, rhythm, t);
  const auto y = torch::linear(h.narrow(1, 1, x.size(1)), matrix("transformer.project_out.weight"));
  const auto expected = y + torch::linear(y, post);
  const auto actual = network->velocity(network->prepare(conditions), x, kTime, 1.0);
  return ((actual - expected).abs().max() / expected.std()).item<double>();
}

void say_times(const char* what, const Timings& timings) {
  std::printf("  %-11s fastest %7.3f  p50 %7.3f  p99 %7.3f s; %7.3f core-seconds\n", what, timings.fastest(),
              timings.p50(), timings.p99(), timings.cores_s());
}

void say_rates(double operations, const Timings& timings, const LargeProduct& large) {
  const double wall = operations / timings.fastest(), core = operations / timings.cores_s();
  std::printf("  %-11s %.1f GFLOP/s, %.0f %% of a large product's %.1f; %.1f per core-second, %.0f %% of its %.1f\n",
              "", giga(wall), 100.0 * wall / large.best(), giga(large.best()), giga(core),
              100.0 * core / large.best_per_core(), giga(large.best_per_core()));
}

void say_ratio(const Timings& eager, const Timings& ours) {
  std::printf("  %-11s ours is %.2f times as fast by p50, %.2f by the fastest, %.2f by core-seconds\n", "",
              eager.p50() / ours.p50(), eager.fastest() / ours.fastest(), eager.cores_s() / ours.cores_s());
}

/// What velocity() leaves out of a step, timed on its own on the first block and multiplied by all.
void report_shortcuts(const diffv2m::Config& config, const diffv2m::Weights& weights, std::int64_t latents,
                      double step_s) {
  const auto block = [&](const std::string& name) {
    return weights.at("model.model.transformer.layers.0." + name + ".weight");
  };
  const auto heads = [&](const torch::Tensor& x) {
    return x.view({1, x.size(1), x.size(2) / config.head_dims, config.head_dims}).transpose(1, 2);
  };
  const auto h = torch::randn({1, latents + 1, config.width}), context = torch::randn({1, kTokens, config.cond_dims});
  const auto keys = heads(torch::randn({1, kTokens, config.cond_dims}));
  const auto cross = [&] {
    const auto y = diffv2m::attend(heads(diffv2m::project(h, block("cross_attn1.to_q"))), keys, keys);
    return diffv2m::project(y.transpose(1, 2).reshape_as(h), block("cross_attn1.to_out"));
  };
  const auto film = [&](const std::string& name) {
    const auto in = torch::randn({1, config.film_dims});
    const auto inner = diffv2m::project(in, block("FiLM_" + name + ".0"));
    return diffv2m::project(torch::relu(inner), block("FiLM_" + name + ".2"));
  };
  const auto attention = [&] {
    const auto parts = diffv2m::project(h, block("self_attn.to_qkv")).chunk(3, -1);
    const auto y = diffv2m::attend(heads(parts[0]), heads(parts[1]), heads(parts[2]));
    return diffv2m::project(y.transpose(1, 2).reshape_as(h), block("self_attn.to_out"));
  };
  const auto say = [&](const char* what, double times, auto&& work) {
    Timings timings;
    // Half a second each: what ran before leaves threads that spin for a while.
    for (double spent_s = 0.0; spent_s < 0.5;) {
      const auto timing = time_of(work);
      timings.add(timing, times);
      spent_s += timing.wall_s;
    }
    std::printf("  %-58s %7.1f ms, %4.1f %% of a step with it\n", what, 1e3 * timings.fastest(),
                100.0 * timings.fastest() / (step_s + timings.fastest()));
  };
  const auto depth = static_cast<double>(config.depth);
  say("keys and values once per window (3 contexts, 2 branches)", 6.0 * depth,
      [&] { return diffv2m::project(context, block("cross_attn1.to_kv")); });
  say("null branch without cross-attention (2 of them)", 2.0 * depth, cross);
  say("unselected branch skipped (both guidance branches)", 2.0 * depth, cross);
  say("FiLM from tables (4 small networks, 2 branches)", 2.0 * depth, [&] {
    for (const char* name : {"gamma_sem", "beta_sem", "gamma_rhy", "beta_rhy"}) static_cast<void>(film(name));
    return 0;
  });
  say("first self-attention shared by both branches", 1.0, attention);
}

void report_step(const diffv2m::Config& config, const diffv2m::Network& network, const EagerStep& eager,
                 LargeProduct& large, const diffv2m::Weights& weights, std::int64_t latents, int repetitions) {
  const auto window = network.prepare(random_conditions(config));
  const auto x = torch::randn({1, latents, config.latent_dims});
  const double operations = executed_operations(config, latents);
  const auto step = [&] { return network.velocity(window, x, kTime, kGuidance); };
  Timings ours, eagers;
  if (latents < 200) static_cast<void>(step());  // touches every weight once
  for (int i = 0; i < repetitions; ++i) {
    large.measure();
    ours.add(time_of(step));
    eagers.add(eager.step(latents));
  }
  std::printf("guided step at %lld latents, %.0f GFLOP executed\n", static_cast<long long>(latents), giga(operations));
  say_times("ours", ours);
  say_rates(operations, ours, large);
  say_times("eager fp32", eagers);
  say_ratio(eagers, ours);
  if (latents == 152 || latents == 108) {
    report_shortcuts(config, weights, latents, ours.fastest());
  }
  std::fflush(stdout);
}

/// Where bf16 is computed number by number, a whole step would take a quarter of an hour; a product says enough.
void report_eager_bf16(const diffv2m::Config& config, const diffv2m::Weights& weights, double fp32_s) {
  constexpr std::int64_t kLatents = 152;
  const auto x = torch::randn({16, config.width}).to(torch::kBFloat16);
  const auto& weight = weights.at("model.model.transformer.layers.0.self_attn.to_out.weight");
  const double operations = 2.0 * static_cast<double>(x.numel() * config.width);
  const double rate = operations / time_of([&] { return torch::linear(x, weight); }).wall_s;
  if (rate > 20e9) {
    const EagerStep eager(weights, config, torch::kBFloat16);
    static_cast<void>(eager.step(kLatents));
    std::printf("eager bf16 at %lld latents: %.2f s\n", static_cast<long long>(kLatents), eager.step(kLatents).wall_s);
    return;
  }
  std::printf(
      "eager bf16: a product of 16 rows runs at %.1f GFLOP/s; by operations a step at %lld latents takes %.0f s "
      "(eager fp32: %.1f s)\n",
      giga(rate), static_cast<long long>(kLatents), 2.0 * 2.0 * 1.38e9 * static_cast<double>(kLatents + 1) / rate,
      fp32_s);
}

/// Operations of the products behind one second of audio, before edges; with or without fewer of them.
double decode_operations(const network::OobleckConfig& config, bool fewer) {
  double rate = 44100.0 / static_cast<double>(config.frames_per_latent());
  auto width = static_cast<double>(config.channels * config.c_mults.back());
  double products = rate * 7.0 * static_cast<double>(config.latent_dims) * width;
  for (std::size_t i = config.strides.size(); i-- > 0;) {
    const auto out = static_cast<double>(config.channels * (i == 0 ? 1 : config.c_mults[i - 1]));
    rate *= static_cast<double>(config.strides[i]);
    products += rate * 2.0 * width * out;
    const bool narrow = out <= static_cast<double>(network::kFewerProducts_channels);
    products += rate * 3.0 * out * out * (1.0 + (fewer && narrow ? 13.0 / 4.0 : 7.0));
    width = out;
  }
  return 2.0 * (products + rate * 7.0 * width * static_cast<double>(config.audio_channels));
}

void report_decode(LargeProduct& large, int repetitions) {
  constexpr std::int64_t kHop = 22, kContext = 10;
  network::OobleckConfig config;
  network::OobleckDecoder plain(config);
  for (auto& item : plain->parameters()) item.copy_(item.to(torch::kBFloat16));
  const network::FastOobleckDecoder fast(plain), direct(plain, network::OobleckProducts::kDirect);
  const double audio_s = static_cast<double>(kHop * config.frames_per_latent()) / 44100.0;
  const auto x = torch::randn({1, config.latent_dims, kHop}),
             hop = torch::randn({1, config.latent_dims, kHop + 2 * kContext});
  const network::Span wanted = {kContext * config.frames_per_latent(),
                                (kContext + kHop) * config.frames_per_latent() - 1};
  const auto expected = plain(x);
  const auto error = [&](const network::FastOobleckDecoder& decoder) {
    return ((decoder(x) - expected).abs().max() / expected.std()).item<double>();
  };
  Timings ours, directs, eagers, hops;
  for (int i = 0; i < repetitions; ++i) {
    large.measure();
    ours.add(time_of([&] { return fast(x); }), 1.0 / audio_s);
    directs.add(time_of([&] { return direct(x); }), 1.0 / audio_s);
    hops.add(time_of([&] { return fast.frames(hop, wanted); }), 1.0 / audio_s);
    eagers.add(time_of([&] { return plain(x); }), 1.0 / audio_s);
  }
  const double all = decode_operations(config, false);
  const double executed = network::has_fast_bf16() ? all : decode_operations(config, true);
  std::printf("decoding a second of audio, %.1f GFLOP executed, bf16 weights; seconds are the real-time factor\n",
              giga(executed));
  say_times("ours", ours);
  say_rates(executed, ours, large);
  std::printf("  %-58s %7.1f ms, %4.1f %% of a second with it\n", "convolutions of seven taps in fewer products",
              1e3 * (directs.fastest() - ours.fastest()), 100.0 * (1.0 - ours.fastest() / directs.fastest()));
  std::printf("  without that, %.1f GFLOP:\n", giga(all));
  say_times("direct", directs);
  say_rates(all, directs, large);
  say_times("eager fp32", eagers);
  say_ratio(eagers, ours);
  std::printf("  from eager, ours differs by %.1e of a deviation, direct by %.1e\n", error(fast), error(direct));
  std::printf("  a hop of %lld latents with %lld of context on both sides:\n", static_cast<long long>(kHop),
              static_cast<long long>(kContext));
  say_times("hop", hops);
  std::fflush(stdout);
}

std::vector<std::int64_t> lengths_of(const char* list) {
  std::vector<std::int64_t> lengths;
  std::stringstream in(list);
  for (std::string one; std::getline(in, one, ',');) lengths.push_back(std::atoll(one.c_str()));
  return lengths;
}

}  // namespace

int main(int argc, char** argv) {
  const int repetitions = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  const auto lengths = lengths_of(argc > 2 ? argv[2] : "108,152,216,646");
  torch::NoGradGuard guard;
  torch::manual_seed(1);
  at::set_num_threads(argc > 3 ? std::atoi(argv[3]) : static_cast<int>(std::thread::hardware_concurrency()));
  const auto library_type = network::has_fast_bf16() ? torch::kBFloat16 : torch::kFloat;
  LargeProduct large(library_type);
  for (int i = 0; i < 5; ++i) large.measure();
  std::printf("%d threads, bf16 in hardware: %s, our kernel: %s\n", at::get_num_threads(),
              network::has_fast_bf16() ? "yes" : "no", kernels::gemm_version().name());
  std::printf("product of 2048 x 2048 x 2048: library %s %.1f GFLOP/s, ours fp32 x bf16 %.1f GFLOP/s\n",
              library_type == torch::kFloat ? "fp32" : "bf16", giga(large.library()), giga(large.ours()));
  report_decode(large, repetitions);
  if (lengths.empty()) return 0;

  const diffv2m::Config config;
  const auto weights = random_weights(config);
  std::printf("eager and our network differ by %.1e of a deviation over one block\n", disagreement(config, weights));
  std::fflush(stdout);
  const auto network = diffv2m::Network::make(config, weights);
  if (!network) {
    std::fprintf(stderr, "full_size_bench: %s\n", network.error().message.c_str());
    return 1;
  }
  const EagerStep eager(weights, config, torch::kFloat);
  for (const auto latents : lengths) report_step(config, *network, eager, large, weights, latents, repetitions);
  report_eager_bf16(config, weights, eager.step(152).wall_s);
  return 0;
}
