// SPDX-License-Identifier: Apache-2.0
/// How long a hop takes against the time that it may take, and how much faster than real time the engine runs, with
/// the real bundle and a picture made of numbers (decoding and analysis are not measured here).
///   hop_bench [SECONDS] [BUNDLE]
#include <photoplayer/model/load.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace photoplayer;

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 60.0;
  const char* path = argc > 2 ? argv[2] : PHOTOPLAYER_SOURCE_BUNDLE;
  auto model = model::load_model(path, {});
  if (!model) {
    std::fprintf(stderr, "hop_bench: %s\n", model.error().message.c_str());
    return 1;
  }
  auto settings = model->settings;
  settings.duration_s = seconds;
  settings.controls.style = 5;
  auto engine = stream::Engine::make(settings, std::move(model->parts));
  if (!engine) {
    std::fprintf(stderr, "hop_bench: %s\n", engine.error().message.c_str());
    return 1;
  }
  auto& timeline = (*engine)->timeline();
  for (double t = 0.0; t < seconds; t += 0.04) {
    stream::FastObservation seen;
    seen.time_s = t;
    seen.motion = seen.change = static_cast<float>(0.4 + 0.3 * std::sin(t));
    seen.brightness = 0.5F;
    timeline.push(seen);
    timeline.advance(t);
  }
  timeline.finish(seconds);

  const auto start = std::chrono::steady_clock::now();
  std::vector<float> out(2 * 4410);
  double rendered_s = 0.0;
  while (rendered_s < seconds) {
    const auto frames = (*engine)->pull(out, {});
    if (!frames || *frames == 0) break;
    rendered_s += static_cast<double>(*frames) / settings.sample_rate_hz;
  }
  const double wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const auto report = (*engine)->report();
  std::printf("%.1f s of music in %.2f s: %.1f x real time, RTF %.3f, %d steps, guidance %.1f\n", rendered_s, wall_s,
              rendered_s / wall_s, wall_s / rendered_s, settings.steps, static_cast<double>(settings.guidance));
  for (const auto& stage : report.stages) {
    std::printf("  %-12s n %5zu  p50 %7.2f  p95 %7.2f  p99 %7.2f  max %7.2f ms\n", stage.name.c_str(), stage.count,
                stage.p50_ms, stage.p95_ms, stage.p99_ms, stage.max_ms);
    if (stage.name == "sample") {
      std::printf("  %-12s p99 is %.0f %% of the budget of %.0f ms\n", "",
                  100.0 * stage.p99_ms / (1e3 * settings.budget_s), 1e3 * settings.budget_s);
    }
  }
  return 0;
}
