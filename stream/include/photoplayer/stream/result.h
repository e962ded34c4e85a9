// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How the control path says that something failed. Exceptions never cross a folder's boundary; the audio
/// path counts instead. `code` decides the process's exit code and the GStreamer error domain; `message` is one
/// line that says what was tried, what was found and what to do.
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace photoplayer {

enum class ErrorCode {
  kInternal,   ///< exit code 1
  kUsage,      ///< exit code 2
  kBadInput,   ///< exit code 3
  kBadBundle,  ///< exit code 4
  kOutput,     ///< exit code 5: device, disk, soundfont
  kCancelled,  ///< exit code 130
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace photoplayer
