// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A note of one line, as printf would write it. Any thread.
#include <cstdio>
#include <string>

namespace photoplayer::tools {

template <typename... Values>
[[nodiscard]] std::string text(const char* format, Values... values) {
  char line[240];
  std::snprintf(line, sizeof line, format, values...);
  return line;
}

}  // namespace photoplayer::tools
