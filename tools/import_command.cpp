// SPDX-License-Identifier: Apache-2.0
#include "import_command.h"

#include "progress.h"

#include <cstdio>

namespace photoplayer::tools {

Result<std::vector<std::string>> import_bundle(const ImportOptions& options, const std::atomic<bool>& interrupted) {
  Progress progress(stderr);
  bool printed = true;
  const model::ImportWatch watch{
      [&](double share) {
        progress.show_share(share);
        return !interrupted.load();
      },
      [&](const std::string& line) { printed = std::fprintf(stdout, "%s\n", line.c_str()) >= 0 && printed; }};
  auto outcome = std::visit(
      [&](const auto& request) {
        if constexpr (std::is_same_v<std::decay_t<decltype(request)>, model::ImportRequest>) {
          return model::import_diffv2m(request, watch);
        } else {
          return model::write_random_diffv2m(request, watch);
        }
      },
      options);
  progress.clear();
  printed = std::fflush(stdout) == 0 && printed;
  if (outcome && !printed) return fail(ErrorCode::kOutput, "cannot write to standard output");
  return outcome;
}

}  // namespace photoplayer::tools
