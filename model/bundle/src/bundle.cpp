// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/bundle.h>

#include "bundle_header.h"
#include "mapped_file.h"
#include "sha256.h"

#include <algorithm>
#include <bit>
#include <exception>
#include <utility>

namespace photoplayer::model {

static_assert(std::endian::native == std::endian::little, "bundles are little-endian and read in place");

struct Bundle::State {
  std::filesystem::path path;
  detail::MappedFile file;
  detail::BundleHeader header;
  std::vector<std::string> names;
};

Bundle::Bundle(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Bundle::Bundle(Bundle&&) noexcept = default;
Bundle& Bundle::operator=(Bundle&&) noexcept = default;
Bundle::~Bundle() = default;

namespace {

/// Memory for a piece of the file is given back once it was read: what is used later comes from the page cache.
std::string digest_of(const detail::MappedFile& file, std::span<const std::byte> data) {
  constexpr std::size_t kPiece_bytes = 64U << 20U;
  detail::Sha256 hash;
  for (std::size_t at = 0; at < data.size(); at += kPiece_bytes) {
    const auto piece = data.subspan(at, std::min(kPiece_bytes, data.size() - at));
    hash.update(piece);
    file.forget(piece);
  }
  return hash.finish_hex();
}

Result<void> check_digests(const detail::MappedFile& file, const detail::BundleHeader& header) {
  const std::string& header_digest = header.metadata.find("header_sha256")->second;
  const auto found = detail::header_sha256(header.text, header_digest);
  if (!found) return tl::unexpected(found.error());
  if (*found != header_digest) {
    return fail(ErrorCode::kBadBundle, "its header is damaged (SHA-256 differs); get the file again");
  }
  if (digest_of(file, header.data) != header.metadata.find("sha256")->second) {
    return fail(ErrorCode::kBadBundle, "its data is damaged (SHA-256 differs); get the file again");
  }
  return {};
}

}  // namespace

Result<Bundle> Bundle::open(const std::filesystem::path& path) {
  try {
    auto file = detail::MappedFile::open(path);
    if (!file) {
      return fail(ErrorCode::kBadBundle, "cannot open bundle '" + path.string() + "': " + file.error().message +
                                             "; give a file with --bundle");
    }
    auto header = detail::parse_header(file->bytes());
    const Result<void> checked = header ? check_digests(*file, *header) : Result<void>(tl::unexpected(header.error()));
    if (!checked) {
      return fail(ErrorCode::kBadBundle, "bundle '" + path.string() + "' is not usable: " + checked.error().message);
    }
    auto state = std::unique_ptr<State>(new State{path, std::move(*file), std::move(*header), {}});
    for (const auto& [name, tensor] : state->header.tensors) state->names.push_back(name);
    return Bundle(std::move(state));
  } catch (const std::exception& thrown) {  // out of memory, or a path that cannot be converted
    return fail(ErrorCode::kBadBundle, "cannot read bundle '" + path.string() + "': " + thrown.what());
  }
}

const std::filesystem::path& Bundle::path() const noexcept {
  return state_->path;
}
const BundleInfo& Bundle::info() const noexcept {
  return state_->header.info;
}
const std::string& Bundle::config() const noexcept {
  return state_->header.info.config;
}
const std::string& Bundle::sha256() const noexcept {
  return state_->header.metadata.find("sha256")->second;
}
std::uint64_t Bundle::file_bytes() const noexcept {
  return state_->file.bytes().size();
}
const std::vector<std::string>& Bundle::names() const noexcept {
  return state_->names;
}

std::optional<std::string> Bundle::metadata(std::string_view key) const {
  const auto found = state_->header.metadata.find(key);
  if (found == state_->header.metadata.end()) return std::nullopt;
  return found->second;
}

bool Bundle::has(std::string_view name) const noexcept {
  return state_->header.tensors.contains(name);
}

Result<TensorView> Bundle::tensor(std::string_view name) const {
  const auto found = state_->header.tensors.find(name);
  if (found == state_->header.tensors.end()) {
    return fail(ErrorCode::kBadBundle, "bundle '" + state_->path.string() + "' has no tensor '" +
                                           detail::printable(name) + "'; it was made for another network");
  }
  const detail::TensorEntry& entry = found->second;
  return TensorView{entry.dtype, entry.shape, state_->header.data.subspan(entry.begin, entry.end - entry.begin)};
}

Result<std::vector<float>> Bundle::read_f32(std::string_view name, std::span<const std::int64_t> expected_shape) const {
  const auto view = tensor(name);
  if (!view) return tl::unexpected(view.error());
  const std::string what = "bundle '" + state_->path.string() + "': tensor '" + detail::printable(name) + "'";
  if (!std::equal(view->shape.begin(), view->shape.end(), expected_shape.begin(), expected_shape.end())) {
    return fail(ErrorCode::kBadBundle, what + " has shape " + detail::shape_text(view->shape) + ", the network needs " +
                                           detail::shape_text(expected_shape));
  }
  if (view->dtype != DType::kF32 && view->dtype != DType::kF16 && view->dtype != DType::kBF16) {
    return fail(ErrorCode::kBadBundle, what + " has type " + dtype_name(view->dtype) + ", not a floating-point one");
  }
  return floats_of(*view);
}

}  // namespace photoplayer::model
