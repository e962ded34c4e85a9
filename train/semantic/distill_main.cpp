// SPDX-License-Identifier: Apache-2.0
/// photoplayer_distill: trains parlour's semantic encoder. See README.md beside it.
#include "distill.h"

#include <torch/torch.h>

#include <malloc.h>
#include <CLI/CLI.hpp>
#include <cstdio>

int main(int argc, char** argv) {
  // LibTorch's CPU allocator maps and unmaps every large tensor; keeping the pages saves half of the time.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 2'000'000'000);
  photoplayer::train::DistillOptions options;
  int threads = 2;
  CLI::App app("Distils the semantic encoder of the bundle parlour");
  app.add_option("--stills", options.stills, "packed stills, without suffix")->required();
  app.add_option("--teacher", options.teacher, "MobileNetV2 as .tflite")->required();
  app.add_option("--table", options.table, "label_affect.csv")->required();
  app.add_option("--out", options.out, "folder for the results")->required();
  app.add_option("--cpu-seconds", options.budget_cpu_s, "processor time for training")->capture_default_str();
  app.add_option("--seed", options.seed)->capture_default_str();
  app.add_option("--threads", threads)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  torch::set_num_threads(threads);
  if (const auto done = photoplayer::train::distill(options); !done) {
    std::fprintf(stderr, "photoplayer_distill: %s\n", done.error().message.c_str());
    return static_cast<int>(done.error().code) + 1;
  }
  return 0;
}
