// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/safetensors.h>

#include "bundle_header.h"
#include "mapped_file.h"

#include <exception>
#include <utility>

namespace photoplayer::model {

struct SafetensorsFile::State {
  std::filesystem::path path;
  detail::MappedFile file;
  detail::SafetensorsHeader header;
  std::vector<std::string> names;
};

SafetensorsFile::SafetensorsFile(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
SafetensorsFile::SafetensorsFile(SafetensorsFile&&) noexcept = default;
SafetensorsFile& SafetensorsFile::operator=(SafetensorsFile&&) noexcept = default;
SafetensorsFile::~SafetensorsFile() = default;

Result<SafetensorsFile> SafetensorsFile::open(const std::filesystem::path& path) {
  try {
    auto file = detail::MappedFile::open(path);
    if (!file) return fail(ErrorCode::kBadInput, "cannot open '" + path.string() + "': " + file.error().message);
    auto header = detail::parse_structure(file->bytes(), detail::ForeignTypes::kListed);
    if (!header) return fail(ErrorCode::kBadInput, "cannot read '" + path.string() + "': " + header.error().message);
    auto state = std::unique_ptr<State>(new State{path, std::move(*file), std::move(*header), {}});
    for (const auto& [name, tensor] : state->header.tensors) state->names.push_back(name);
    return SafetensorsFile(std::move(state));
  } catch (const std::exception& thrown) {  // out of memory, or a path that cannot be converted
    return fail(ErrorCode::kBadInput, "cannot read '" + path.string() + "': " + thrown.what());
  }
}

const std::filesystem::path& SafetensorsFile::path() const noexcept {
  return state_->path;
}
const std::map<std::string, std::string, std::less<>>& SafetensorsFile::metadata() const noexcept {
  return state_->header.metadata;
}
const std::vector<std::string>& SafetensorsFile::names() const noexcept {
  return state_->names;
}
bool SafetensorsFile::has(std::string_view name) const noexcept {
  return state_->header.tensors.contains(name);
}

Result<TensorView> SafetensorsFile::tensor(std::string_view name) const {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::kBadInput, state_->path.string() + ": " + why);
  };
  const auto found = state_->header.tensors.find(name);
  if (found == state_->header.tensors.end()) return refuse("it has no tensor '" + detail::printable(name) + "'");
  const detail::TensorEntry& entry = found->second;
  if (!entry.foreign_type.empty()) {
    return refuse("tensor '" + detail::printable(name) + "' has type '" + entry.foreign_type +
                  "'; F32, F16, BF16, I64, I32 and U8 are read");
  }
  return TensorView{entry.dtype, entry.shape, state_->header.data.subspan(entry.begin, entry.end - entry.begin)};
}

}  // namespace photoplayer::model
