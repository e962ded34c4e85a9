// SPDX-License-Identifier: Apache-2.0
#pragma once
/// From the engine's request to the sampler's job and back. Nothing is copied on the way in, so a job is good for as
/// long as its request.
#include <photoplayer/network/diffusion.h>
#include <photoplayer/stream/ports.h>

#include <cstdint>
#include <span>

namespace photoplayer::model {

/// A view, [rows, dims].
[[nodiscard]] torch::Tensor rows_of(std::span<const float> values, std::int64_t rows, std::int64_t dims);

[[nodiscard]] network::OutpaintJob outpaint_job(const stream::WindowRequest& request, std::int64_t dims);

/// What is new of `sampled`: hop and look-ahead. `guided`: every step was.
[[nodiscard]] stream::WindowResult window_result(const network::OutpaintResult& sampled,
                                                 const stream::WindowRequest& request, bool guided);

}  // namespace photoplayer::model
