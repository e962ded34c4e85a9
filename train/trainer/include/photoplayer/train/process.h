// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a training program asks of its process before it makes the first tensor.
#include <dlfcn.h>
#include <malloc.h>
#include <photoplayer/stream/result.h>
#include <torch/torch.h>

#include <string>

namespace photoplayer::train {

/// `threads` for LibTorch and OpenBLAS, 0 = as they like. An error if `device` is not there.
[[nodiscard]] inline Result<void> prepare_process(const std::string& device, int threads) {
  // LibTorch's activations are large enough that glibc would map and unmap them at every operation, which halves
  // the speed.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
  if (threads > 0) {
    // OpenBLAS keeps its own thread count, which LibTorch does not reach.
    using Setter = void (*)(int);
    if (auto* set = reinterpret_cast<Setter>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) set(threads);
    at::set_num_threads(threads);
  }
  if (!torch::Device(device).is_cuda()) return {};
  if (!torch::cuda::is_available())
    return fail(ErrorCode::kBadInput, "the config asks for cuda, but this LibTorch finds no such device");
  // Products in TF32: three digits are plenty beside the noise that is trained on.
  at::globalContext().setAllowTF32CuBLAS(true);
  return {};
}

}  // namespace photoplayer::train
