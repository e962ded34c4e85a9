// SPDX-License-Identifier: Apache-2.0
#include <ATen/Parallel.h>
#include <photoplayer/network/products.h>

#include <algorithm>
#include <atomic>

namespace photoplayer::network {

void share_out(std::int64_t count, const std::function<void(std::int64_t)>& work) {
  const auto threads = std::min<std::int64_t>(at::get_num_threads(), count);
  std::atomic<std::int64_t> next = 0;
  at::parallel_for(0, threads, 1, [&](std::int64_t, std::int64_t) {
    for (auto i = next.fetch_add(1); i < count; i = next.fetch_add(1)) work(i);
  });
}

void gemm(const kernels::GemmArgs& args) {
  const auto checked = kernels::check_gemm(args);
  TORCH_CHECK(checked.ok(), "gemm: ", checked.what);
  const auto& version = kernels::gemm_version();
  share_out(version.tiles(args), [&](std::int64_t tile) { static_cast<void>(version.run(args, tile, tile + 1)); });
}

bool has_fast_bf16() {
#if defined(__x86_64__)
  static const bool yes = at::hasMKLDNN() && __builtin_cpu_supports("avx512bf16");
  return yes;
#else
  return false;
#endif
}

kernels::WeightType weight_type_of(torch::ScalarType type) {
  switch (type) {
    case torch::kFloat:
      return kernels::WeightType::kFloat32;
    case torch::kBFloat16:
      return kernels::WeightType::kBFloat16;
    case torch::kHalf:
      return kernels::WeightType::kFloat16;
    default:
      TORCH_CHECK(false, "gemm: weights of type ", type);
  }
}

torch::Tensor linear_on_cpu(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias) {
  const auto rows = x.contiguous(), matrix = weight.contiguous(), added = bias.defined() ? bias.contiguous() : bias;
  auto sizes = x.sizes().vec();
  sizes.back() = matrix.size(0);
  auto y = torch::empty(sizes, x.options());
  kernels::GemmArgs args;
  args.depth = args.x_stride = matrix.size(1);
  args.columns = args.y_stride = matrix.size(0);
  args.rows = args.columns == 0 ? 0 : y.numel() / args.columns;
  args.x = rows.data_ptr<float>(), args.y = y.data_ptr<float>();
  args.weight = matrix.data_ptr(), args.type = weight_type_of(matrix.scalar_type());
  args.bias = added.defined() ? added.data_ptr<float>() : nullptr;
  TORCH_CHECK(x.size(-1) == args.depth, "linear: rows of ", x.size(-1), " for weights of ", args.depth);
  gemm(args);
  return y;
}

}  // namespace photoplayer::network
