// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/bundle_writer.h>

#include "bundle_header.h"
#include "half.h"
#include "sha256.h"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <exception>
#include <random>
#include <set>
#include <system_error>

namespace photoplayer::model {
namespace {

tl::unexpected<Error> bad_request(const std::string& reason) {
  return fail(ErrorCode::kInternal, "cannot write a bundle: " + reason);
}

/// Closes and, unless it was renamed into place, removes the temporary file.
class PendingFile {
 public:
  explicit PendingFile(std::filesystem::path target) : target_(std::move(target)) {}
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }

  Result<void> create() {
    struct stat status {};
    if (::stat(target_.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
      return fail(ErrorCode::kOutput, "cannot write bundle '" + target_.string() + "': it is not a regular file");
    }
    std::random_device random;
    const std::string name = target_.string() + ".part-" + std::to_string(random());
    descriptor_ = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0) return failed();
    temporary_ = name;
    return {};
  }

  Result<void> write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return failed();
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
  }

  Result<void> commit() {
    if (::fsync(descriptor_) != 0 || ::rename(temporary_.c_str(), target_.c_str()) != 0) return failed();
    temporary_.clear();
    return {};
  }

 private:
  [[nodiscard]] tl::unexpected<Error> failed() const {
    return fail(ErrorCode::kOutput,
                "cannot write bundle '" + target_.string() + "': " + std::generic_category().message(errno));
  }
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

Result<std::vector<std::byte>> stored(const NamedTensor& tensor) {
  const std::string what = "tensor '" + detail::printable(tensor.name) + "'";
  const auto size_bytes = detail::bytes_of(tensor.shape, tensor.storage);
  if (!size_bytes) return bad_request(what + ": " + size_bytes.error().message);
  if (*size_bytes != tensor.values.size() * dtype_size_bytes(tensor.storage)) {
    return bad_request(what + " of shape " + detail::shape_text(tensor.shape) + " has " +
                       std::to_string(tensor.values.size()) + " values");
  }
  std::vector<std::byte> bytes(static_cast<std::size_t>(*size_bytes));
  bool finite = true;
  for (std::size_t i = 0; i < tensor.values.size(); ++i) {
    const float value = tensor.values[i];
    if (tensor.storage == DType::kF32) {
      finite = finite && std::isfinite(value);
      std::memcpy(bytes.data() + 4 * i, &value, 4);
      continue;
    }
    const bool half = tensor.storage == DType::kF16;
    const std::uint16_t bits = half ? detail::half_from_float(value) : detail::bfloat16_from_float(value);
    finite = finite && std::isfinite(half ? detail::float_from_half(bits) : detail::float_from_bfloat16(bits));
    std::memcpy(bytes.data() + 2 * i, &bits, 2);
  }
  if (!finite) return bad_request(what + " holds a value that " + dtype_name(tensor.storage) + " cannot store");
  return bytes;
}

/// Wide types first, so that each tensor is aligned to its own size; then by name.
Result<std::vector<const NamedTensor*>> in_file_order(std::span<const NamedTensor> tensors) {
  std::set<std::string_view> seen;
  std::vector<const NamedTensor*> order;
  for (const NamedTensor& tensor : tensors) {
    if (tensor.name.empty() || tensor.name == "__metadata__" || !seen.insert(tensor.name).second) {
      return bad_request("the tensor name '" + detail::printable(tensor.name) + "' is empty, reserved or used twice");
    }
    if (tensor.storage != DType::kF32 && tensor.storage != DType::kF16 && tensor.storage != DType::kBF16) {
      return bad_request("tensor '" + detail::printable(tensor.name) + "' cannot be stored as " +
                         dtype_name(tensor.storage));
    }
    if (tensor.shape.size() > 8) return bad_request("tensor '" + detail::printable(tensor.name) + "' has over 8 axes");
    order.push_back(&tensor);
  }
  std::sort(order.begin(), order.end(), [](const NamedTensor* a, const NamedTensor* b) {
    const std::size_t wide_a = dtype_size_bytes(a->storage), wide_b = dtype_size_bytes(b->storage);
    return wide_a != wide_b ? wide_a > wide_b : a->name < b->name;
  });
  return order;
}

std::string header_text(std::string_view metadata, const std::string& data_digest,
                        const std::vector<const NamedTensor*>& order) {
  nlohmann::json header;
  std::uint64_t offset = 0;
  for (const NamedTensor* tensor : order) {
    const std::uint64_t end = offset + tensor->values.size() * dtype_size_bytes(tensor->storage);
    header[tensor->name] = {
        {"dtype", dtype_name(tensor->storage)}, {"shape", tensor->shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  header["__metadata__"] = {{"photoplayer", std::string(metadata)},
                            {"sha256", data_digest},
                            {"header_sha256", std::string(detail::kZeroDigest)}};
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');  // spaces, as the format allows: the data begins aligned
  return text;
}

Result<void> write(const std::filesystem::path& path, std::string_view metadata, std::span<const NamedTensor> tensors) {
  if (const auto info = detail::parse_info(metadata); !info) return bad_request(info.error().message);
  if (metadata.find(detail::kZeroDigest) != std::string_view::npos) {
    return bad_request("its metadata contains 64 zeros in a row, which mark the place of the digest");
  }
  const auto order = in_file_order(tensors);
  if (!order) return tl::unexpected(order.error());

  detail::Sha256 hash;  // a first pass, because the digest stands before the data
  for (const NamedTensor* tensor : *order) {
    const auto bytes = stored(*tensor);
    if (!bytes) return tl::unexpected(bytes.error());
    hash.update(*bytes);
  }
  std::string text = header_text(metadata, hash.finish_hex(), *order);
  if (text.size() > detail::kMaxHeaderBytes) return bad_request("its header would pass 100 MB");
  const std::size_t place = text.find(detail::kZeroDigest);
  const auto digest = detail::header_sha256(text, detail::kZeroDigest);
  if (!digest) return tl::unexpected(digest.error());
  text.replace(place, digest->size(), *digest);

  std::array<std::byte, detail::kLengthBytes> length{};
  for (std::size_t i = 0; i < length.size(); ++i) length[i] = static_cast<std::byte>((text.size() >> (8 * i)) & 0xffU);
  PendingFile file(path);
  if (auto done = file.create(); !done) return done;
  if (auto done = file.write(length); !done) return done;
  if (auto done = file.write(std::as_bytes(std::span(text))); !done) return done;
  for (const NamedTensor* tensor : *order) {
    const auto bytes = stored(*tensor);
    if (!bytes) return tl::unexpected(bytes.error());
    if (auto done = file.write(*bytes); !done) return done;
  }
  return file.commit();
}

}  // namespace

Result<void> write_bundle(const std::filesystem::path& path, std::string_view metadata,
                          std::span<const NamedTensor> tensors) {
  try {
    return write(path, metadata, tensors);
  } catch (const std::exception& thrown) {  // out of memory; text that is not UTF-8
    return bad_request(thrown.what());
  }
}

}  // namespace photoplayer::model
