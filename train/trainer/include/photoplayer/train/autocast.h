// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Products in bf16 for as long as this lives, losses and weights in fp32. Without bf16 hardware a CPU does them at a
/// fraction of the speed.
#include <ATen/autocast_mode.h>
#include <torch/torch.h>

namespace photoplayer::train {

class Autocast {
 public:
  Autocast(const torch::Device& device, bool on) : on_(on), on_gpu_(device.is_cuda()) {
    if (!on_) return;
    at::autocast::set_autocast_gpu_dtype(torch::kBFloat16);
    at::autocast::set_autocast_cpu_dtype(torch::kBFloat16);
    set(true);
    at::autocast::increment_nesting();
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;
  ~Autocast() {
    if (!on_) return;
    // Copies of weights that are kept between products must not outlive the step.
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    set(false);
  }

 private:
  void set(bool on) const {
    if (on_gpu_) {
      at::autocast::set_enabled(on);
    } else {
      at::autocast::set_cpu_enabled(on);
    }
  }
  bool on_, on_gpu_;
};

}  // namespace photoplayer::train
