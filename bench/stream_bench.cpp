// SPDX-License-Identifier: Apache-2.0
/// What the stream's small parts cost: the ring and the render port per 10 ms block, the tape and the noise per hop.
///   stream_bench --benchmark_repetitions=5
#include <photoplayer/stream/frame_ring.h>
#include <photoplayer/stream/latent_tape.h>
#include <photoplayer/stream/noise.h>
#include <photoplayer/stream/sound_queue.h>

#include "ring_render_port.h"

#include <benchmark/benchmark.h>

#include <vector>

using namespace photoplayer::stream;

namespace {

constexpr std::size_t kBlock_frames = 441;

void ring_write_and_render(benchmark::State& state) {
  FrameRing ring(8192);
  RingRenderPort port(ring);
  const std::vector<float> in(2 * kBlock_frames, 0.25F);
  std::vector<float> out(in.size());
  for (auto _ : state) {
    benchmark::DoNotOptimize(ring.try_write(in, port.epoch()));
    benchmark::DoNotOptimize(port.render(out));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBlock_frames));
}
BENCHMARK(ring_write_and_render);

/// Nothing there: the concealment's cost.
void render_dry(benchmark::State& state) {
  FrameRing ring(8192);
  RingRenderPort port(ring);
  port.expect_sound(true);
  std::vector<float> out(2 * kBlock_frames);
  for (auto _ : state) {
    benchmark::DoNotOptimize(port.render(out));
    benchmark::ClobberMemory();
  }
}
BENCHMARK(render_dry);

/// A hop and its look-ahead go on the tape. Arguments: numbers per row, rows of the hop, rows of look-ahead.
void tape_commit(benchmark::State& state) {
  const auto dims = static_cast<int>(state.range(0));
  const auto hop = static_cast<int>(state.range(1));
  const auto look_ahead = static_cast<int>(state.range(2));
  const bool sound = dims == 64;
  LatentTape tape(dims, 160, sound ? Handover::kCrossfade : Handover::kOnBeat, 8);
  std::vector<float> latents(static_cast<std::size_t>((hop + look_ahead) * dims));
  fill_noise(1, 0, dims, latents);
  for (auto _ : state) {
    tape.commit(latents, hop);
    benchmark::DoNotOptimize(tape.rows(tape.final_end() - hop, tape.final_end()).data());
  }
}
BENCHMARK(tape_commit)->Args({32, 2, 8})->Args({64, 26, 22});

/// The noise of one window. Arguments: rows, numbers per row.
void window_noise(benchmark::State& state) {
  const auto dims = static_cast<int>(state.range(1));
  std::vector<float> noise(static_cast<std::size_t>(state.range(0) * state.range(1)));
  std::int64_t row = 0;
  for (auto _ : state) {
    fill_noise(1, row, dims, noise);
    benchmark::DoNotOptimize(noise.data());
    ++row;
  }
}
BENCHMARK(window_noise)->Args({26, 32})->Args({156, 64});

/// A hop of sound goes in, ten milliseconds at a time come out.
void sound_queue(benchmark::State& state) {
  SoundQueue queue;
  constexpr std::size_t kHop_frames = 26UL * 2048UL;
  const std::vector<float> hop(2 * kHop_frames, 0.25F), after(2 * SoundQueue::kFade_frames, 0.25F);
  std::vector<float> out(2 * kBlock_frames);
  std::int64_t ahead = 0;
  for (auto _ : state) {
    if (ahead < static_cast<std::int64_t>(kBlock_frames)) {
      queue.add(ahead, hop, after);
      ahead += static_cast<std::int64_t>(kHop_frames);
    }
    queue.take(out);
    ahead -= static_cast<std::int64_t>(kBlock_frames);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(sound_queue);

}  // namespace

BENCHMARK_MAIN();
