// SPDX-License-Identifier: Apache-2.0
/// RGB-uv histogram; formula in rgb_uv_histogram.h, reference in src/reference/rgb_uv_histogram.cpp.
///
/// Layout: rgb [height, width, 3] bytes with a row stride; histogram [plane, u, v] floats, contiguous.
/// Parallelisation: one block owns one row of one plane (fixed plane and u, all 32 v), so nothing is added
/// across blocks and the order of the sums is fixed. 256 threads: 32 bins v × 8 slices of the pixels; each
/// tile of 256 pixels is read once into shared memory as (w·k(u), v coordinate). Every block reads the whole
/// picture, from L2. A second, single-block kernel divides by the total. Limits: width and height up to 2³¹ −
/// 1 (pictures above 150 are resized on the fly). No workspace, capturable in a graph. Accumulates in float
/// per slice. Tuned on nothing yet: compiled for sm_75, 80, 90, not yet measured.
#include <photoplayer/kernels/rgb_uv_histogram.h>

#include <cuda_runtime.h>

namespace photoplayer::kernels {
namespace {

constexpr int kSlices = 8;
constexpr int kThreads = kRgbUvBins * kSlices;
constexpr int kNormaliseThreads = 256;
constexpr float kEpsilon = 1e-6F;

struct Tap {
  int at, next;
  float weight;
};

__device__ Tap tap(int out_index, int in_size) {
  const float scale = static_cast<float>(in_size) / kRgbUvMaxSide;
  const double centre = fmax(static_cast<double>(scale) * (out_index + 0.5) - 0.5, 0.0);
  const int at = min(static_cast<int>(centre), in_size - 1);
  return {at, min(at + 1, in_size - 1), static_cast<float>(centre - at)};
}

__device__ float3 pixel_at(const RgbUvHistogramArgs& args, int x, int y) {
  const std::uint8_t* p =
      args.rgb + static_cast<std::ptrdiff_t>(y) * args.stride_bytes + 3 * static_cast<std::ptrdiff_t>(x);
  return {p[0] / 255.0F, p[1] / 255.0F, p[2] / 255.0F};
}

__device__ float mix(float top_left, float top_right, float low_left, float low_right, const Tap& x, const Tap& y) {
  const float top = (1.0F - x.weight) * top_left + x.weight * top_right;
  const float low = (1.0F - x.weight) * low_left + x.weight * low_right;
  return (1.0F - y.weight) * top + y.weight * low;
}

__device__ float3 resized_pixel_at(const RgbUvHistogramArgs& args, int x, int y) {
  const Tap tx = tap(x, args.width), ty = tap(y, args.height);
  const float3 a = pixel_at(args, tx.at, ty.at), b = pixel_at(args, tx.next, ty.at);
  const float3 c = pixel_at(args, tx.at, ty.next), d = pixel_at(args, tx.next, ty.next);
  return {mix(a.x, b.x, c.x, d.x, tx, ty), mix(a.y, b.y, c.y, d.y, tx, ty), mix(a.z, b.z, c.z, d.z, tx, ty)};
}

/// The centre as two floats, as in the reference: sigma is so small that the rounding of one shows.
__device__ float distance_to_bin(float x, int bin) {
  const double centre = -3.0 + 6.0 * bin / (kRgbUvBins - 1);
  const float high = static_cast<float>(centre);
  return (x - high) - static_cast<float>(centre - high);
}

__device__ float kernel_value(float distance, RgbUvKernel kernel, float inverse_sigma) {
  const float d = distance * inverse_sigma;
  switch (kernel) {
    case RgbUvKernel::kInverseQuadratic:
      return 1.0F / (1.0F + d * d);
    case RgbUvKernel::kRbf:
      return expf(-d * d);
    case RgbUvKernel::kThresholding:
      return fabsf(distance) <= 3.0F / kRgbUvBins ? 1.0F : 0.0F;
  }
  return 0.0F;
}

__global__ void __launch_bounds__(kThreads) accumulate(RgbUvHistogramArgs args) {
  __shared__ float weighted_u[kThreads];
  __shared__ float coordinate_v[kThreads];
  __shared__ float partial[kSlices][kRgbUvBins];

  const int u = static_cast<int>(blockIdx.x);
  const int plane = static_cast<int>(blockIdx.y);
  const int thread = static_cast<int>(threadIdx.x);
  const int v = thread % kRgbUvBins;
  const int slice = thread / kRgbUvBins;
  const bool resize = args.width > kRgbUvMaxSide || args.height > kRgbUvMaxSide;
  const int width = resize ? kRgbUvMaxSide : args.width;
  const int pixels = width * (resize ? kRgbUvMaxSide : args.height);  // at most 150²
  const float inverse_sigma = 1.0F / args.sigma;

  float sum = 0.0F;
  for (int first = 0; first < pixels; first += kThreads) {
    const int p = first + thread;
    if (p < pixels) {
      const float3 rgb = resize ? resized_pixel_at(args, p % width, p / width) : pixel_at(args, p % width, p / width);
      const float log_r = logf(rgb.x + kEpsilon), log_g = logf(rgb.y + kEpsilon), log_b = logf(rgb.z + kEpsilon);
      const float own = plane == 0 ? log_r : plane == 1 ? log_g : log_b;
      const float to_u = plane == 0 ? log_g : log_r;
      const float to_v = plane == 2 ? log_g : log_b;
      const float weight = sqrtf(rgb.x * rgb.x + rgb.y * rgb.y + rgb.z * rgb.z + kEpsilon);
      weighted_u[thread] = weight * kernel_value(distance_to_bin(own - to_u, u), args.kernel, inverse_sigma);
      coordinate_v[thread] = own - to_v;
    } else {
      weighted_u[thread] = 0.0F;
      coordinate_v[thread] = 0.0F;
    }
    __syncthreads();
    for (int i = slice; i < kThreads; i += kSlices) {
      sum += weighted_u[i] * kernel_value(distance_to_bin(coordinate_v[i], v), args.kernel, inverse_sigma);
    }
    __syncthreads();
  }
  partial[slice][v] = sum;
  __syncthreads();
  if (slice == 0) {
    float total = 0.0F;
    for (int i = 0; i < kSlices; ++i) total += partial[i][v];
    args.histogram[(plane * kRgbUvBins + u) * kRgbUvBins + v] = total;
  }
}

__global__ void __launch_bounds__(kNormaliseThreads) normalise(float* histogram) {
  __shared__ float sums[kNormaliseThreads];
  const int thread = static_cast<int>(threadIdx.x);
  float sum = 0.0F;
  for (int i = thread; i < kRgbUvValues; i += kNormaliseThreads) sum += histogram[i];
  sums[thread] = sum;
  __syncthreads();
  for (int half = kNormaliseThreads / 2; half > 0; half /= 2) {
    if (thread < half) sums[thread] += sums[thread + half];
    __syncthreads();
  }
  const float scale = 1.0F / (sums[0] + kEpsilon);
  for (int i = thread; i < kRgbUvValues; i += kNormaliseThreads) histogram[i] *= scale;
}

}  // namespace

Status rgb_uv_histogram_cuda(const RgbUvHistogramArgs& args, StreamRef stream) noexcept {
  if (const Status status = check_rgb_uv_histogram(args); !status.ok()) return status;
  if (stream.get() == nullptr) return bad_argument("stream is null");
  accumulate<<<dim3(kRgbUvBins, kRgbUvPlanes), kThreads, 0, stream.get()>>>(args);
  normalise<<<1, kNormaliseThreads, 0, stream.get()>>>(args.histogram);
  const cudaError_t error = cudaPeekAtLastError();
  if (error != cudaSuccess) return {StatusCode::kCuda, static_cast<int>(error), "launch of rgb_uv_histogram"};
  return {};
}

}  // namespace photoplayer::kernels
