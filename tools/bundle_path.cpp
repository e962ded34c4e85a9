// SPDX-License-Identifier: Apache-2.0
#include "bundle_path.h"

#include <cstdlib>
#include <string>
#include <system_error>

namespace photoplayer::tools {

Result<std::filesystem::path> find_bundle(const std::filesystem::path& asked) {
  if (!asked.empty()) return asked;
  const char* named = std::getenv("PHOTOPLAYER_BUNDLE");
  if (named != nullptr && *named != '\0') return std::filesystem::path(named);
  std::error_code ignored;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const std::filesystem::path installed = program.parent_path().parent_path() / "share/photoplayer/parlour.bundle";
  if (std::filesystem::exists(installed, ignored)) return installed;
  const std::filesystem::path built = PHOTOPLAYER_SOURCE_BUNDLE;
  if (std::filesystem::exists(built, ignored)) return built;
  return fail(ErrorCode::kBadBundle, "there is no bundle at '" + installed.string() + "' or '" + built.string() +
                                         "'; give one with --bundle or PHOTOPLAYER_BUNDLE");
}

Result<std::shared_ptr<const model::Bundle>> open_bundle(const std::filesystem::path& asked) {
  const auto path = find_bundle(asked);
  if (!path) return tl::unexpected(path.error());
  auto opened = model::Bundle::open(*path);
  if (!opened) return tl::unexpected(opened.error());
  return std::make_shared<const model::Bundle>(std::move(*opened));
}

}  // namespace photoplayer::tools
