// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How an operation on raw memory says that it could not run. Returned by value, never thrown; launchers
/// check their arguments on the host before anything starts.

namespace photoplayer::kernels {

enum class StatusCode {
  kOk,
  kBadArgument,  ///< `what` names the argument
  kCuda,         ///< `cuda_error` is the cudaError_t
};

struct [[nodiscard]] Status {
  StatusCode code = StatusCode::kOk;
  int cuda_error = 0;
  const char* what = "";  ///< static text

  [[nodiscard]] bool ok() const noexcept { return code == StatusCode::kOk; }
};

[[nodiscard]] inline Status bad_argument(const char* what) noexcept {
  return {StatusCode::kBadArgument, 0, what};
}

}  // namespace photoplayer::kernels
