// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A CUDA stream that somebody else owns. It cannot be made from 0 or nullptr, so nothing lands on the
/// default stream by accident. The handle is CUDA's own type, declared here so that no CUDA header is needed.
#include <cstddef>

struct CUstream_st;

namespace photoplayer::kernels {

class StreamRef {
 public:
  explicit StreamRef(CUstream_st* stream) noexcept : stream_(stream) {}
  StreamRef(int) = delete;
  StreamRef(std::nullptr_t) = delete;

  [[nodiscard]] CUstream_st* get() const noexcept { return stream_; }

 private:
  CUstream_st* stream_;
};

}  // namespace photoplayer::kernels
