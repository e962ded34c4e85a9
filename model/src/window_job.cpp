// SPDX-License-Identifier: Apache-2.0
#include "window_job.h"

namespace photoplayer::model {

torch::Tensor rows_of(std::span<const float> values, std::int64_t rows, std::int64_t dims) {
  return torch::from_blob(const_cast<float*>(values.data()), {rows, dims});
}

network::OutpaintJob outpaint_job(const stream::WindowRequest& request, std::int64_t dims) {
  network::OutpaintJob job;
  job.noise = rows_of(request.noise, request.context + request.hop + request.look_ahead, dims);
  job.known = rows_of(request.known, request.context, dims);
  if (request.warm_rows > 0 && request.start < 1.0F) {
    job.warm = rows_of(request.warm, request.warm_rows, dims);
    job.release = request.start;
  }
  job.steps = request.steps;
  job.steps_that_fit = request.steps_that_fit;
  return job;
}

stream::WindowResult window_result(const network::OutpaintResult& sampled, const stream::WindowRequest& request,
                                   bool guided) {
  const auto made = sampled.latents.narrow(0, request.context, request.hop + request.look_ahead).contiguous();
  stream::WindowResult result;
  result.latents.assign(made.data_ptr<float>(), made.data_ptr<float>() + made.numel());
  result.steps_taken = sampled.steps_taken;
  result.guided = guided;
  return result;
}

}  // namespace photoplayer::model
