// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/bundle_writer.h>

#include "bundle_header.h"
#include "half.h"
#include "pending_file.h"
#include "sha256.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <exception>
#include <map>
#include <set>

namespace photoplayer::model {
namespace {

constexpr std::size_t kPieceValues = 1U << 16U;

tl::unexpected<Error> bad_request(const std::string& reason) {
  return fail(ErrorCode::kInternal, "cannot write a bundle: " + reason);
}

std::string quoted(const PlannedTensor& tensor) {
  return "tensor '" + detail::printable(tensor.name) + "'";
}

Result<void> check(const std::vector<PlannedTensor>& tensors) {
  std::set<std::string_view> seen;
  for (const PlannedTensor& tensor : tensors) {
    if (tensor.name.empty() || tensor.name == "__metadata__" || !seen.insert(tensor.name).second) {
      return bad_request("the tensor name '" + detail::printable(tensor.name) + "' is empty, reserved or used twice");
    }
    if (tensor.storage != DType::kF32 && tensor.storage != DType::kF16 && tensor.storage != DType::kBF16) {
      return bad_request(quoted(tensor) + " cannot be stored as " + dtype_name(tensor.storage));
    }
    if (tensor.shape.size() > 8) return bad_request(quoted(tensor) + " has over 8 axes");
    const auto size_bytes = detail::bytes_of(tensor.shape, tensor.storage);
    if (!size_bytes) return bad_request(quoted(tensor) + ": " + size_bytes.error().message);
  }
  return {};
}

std::uint64_t values_in(const PlannedTensor& tensor) {
  return detail::bytes_of(tensor.shape, tensor.storage).value() / dtype_size_bytes(tensor.storage);
}

/// The same length whatever the digest is.
std::string header_text(std::string_view metadata, std::string_view data_digest,
                        const std::vector<PlannedTensor>& order) {
  nlohmann::json header;
  std::uint64_t offset = 0;
  for (const PlannedTensor& tensor : order) {
    const std::uint64_t end = offset + values_in(tensor) * dtype_size_bytes(tensor.storage);
    header[tensor.name] = {
        {"dtype", dtype_name(tensor.storage)}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  header["__metadata__"] = {{"photoplayer", std::string(metadata)},
                            {"sha256", std::string(data_digest)},
                            {"header_sha256", std::string(detail::kZeroDigest)}};
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');  // spaces, as the format allows: the data begins aligned
  return text;
}

/// False if a value is not finite once stored.
bool store(std::span<const float> values, DType storage, std::span<std::byte> bytes) {
  bool finite = true;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float value = values[i];
    if (storage == DType::kF32) {
      finite = finite && std::isfinite(value);
      std::memcpy(bytes.data() + 4 * i, &value, 4);
      continue;
    }
    const bool half = storage == DType::kF16;
    const std::uint16_t bits = half ? detail::half_from_float(value) : detail::bfloat16_from_float(value);
    // All exponent bits set: infinity or NaN.
    const std::uint16_t exponent = half ? 0x7c00U : 0x7f80U;
    finite = finite && (bits & exponent) != exponent;
    std::memcpy(bytes.data() + 2 * i, &bits, 2);
  }
  return finite;
}

}  // namespace

struct BundleWriter::State {
  detail::PendingFile file;
  std::string metadata;
  std::vector<PlannedTensor> order;
  std::vector<std::byte> piece;
  detail::Sha256 hash;
  std::size_t tensor = 0;     ///< of order, that the next value belongs to
  std::uint64_t written = 0;  ///< values of it

  void skip_full_tensors() {
    while (tensor < order.size() && written == values_in(order[tensor])) {
      ++tensor;
      written = 0;
    }
  }
};

BundleWriter::BundleWriter(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
BundleWriter::BundleWriter(BundleWriter&&) noexcept = default;
BundleWriter& BundleWriter::operator=(BundleWriter&&) noexcept = default;
BundleWriter::~BundleWriter() = default;

Result<BundleWriter> BundleWriter::create(const std::filesystem::path& path, std::string_view metadata,
                                          std::vector<PlannedTensor> tensors) {
  try {
    if (const auto info = detail::parse_info(metadata); !info) return bad_request(info.error().message);
    if (metadata.find(detail::kZeroDigest) != std::string_view::npos) {
      return bad_request("its metadata contains 64 zeros in a row, which mark the place of the digest");
    }
    if (auto ok = check(tensors); !ok) return tl::unexpected(ok.error());
    std::sort(tensors.begin(), tensors.end(), [](const PlannedTensor& a, const PlannedTensor& b) {
      const std::size_t wide_a = dtype_size_bytes(a.storage), wide_b = dtype_size_bytes(b.storage);
      return wide_a != wide_b ? wide_a > wide_b : a.name < b.name;
    });
    const std::string text = header_text(metadata, detail::kZeroDigest, tensors);
    if (text.size() > detail::kMaxHeaderBytes) return bad_request("its header would pass 100 MB");
    std::array<std::byte, detail::kLengthBytes> length{};
    for (std::size_t i = 0; i < length.size(); ++i)
      length[i] = static_cast<std::byte>((text.size() >> (8 * i)) & 0xffU);
    auto file = detail::PendingFile::create(path);
    if (!file) return tl::unexpected(file.error());
    if (auto done = file->write(length); !done) return tl::unexpected(done.error());
    if (auto done = file->write(std::as_bytes(std::span(text))); !done) return tl::unexpected(done.error());
    auto state = std::unique_ptr<State>(new State{std::move(*file), std::string(metadata), std::move(tensors), {}, {}});
    state->piece.resize(kPieceValues * dtype_size_bytes(DType::kF32));
    return BundleWriter(std::move(state));
  } catch (const std::exception& thrown) {  // out of memory; text that is not UTF-8
    return bad_request(thrown.what());
  }
}

const std::vector<PlannedTensor>& BundleWriter::order() const noexcept {
  return state_->order;
}

Result<void> BundleWriter::write(std::span<const float> values) {
  State& state = *state_;
  while (!values.empty()) {
    state.skip_full_tensors();
    if (state.tensor == state.order.size()) return bad_request("there are more values than tensors to hold them");
    const PlannedTensor& tensor = state.order[state.tensor];
    if (values.size() > values_in(tensor) - state.written) {
      return bad_request(quoted(tensor) + " of shape " + detail::shape_text(tensor.shape) + " was given " +
                         std::to_string(state.written + values.size()) + " values");
    }
    const auto now = values.first(std::min(values.size(), kPieceValues));
    const auto bytes = std::span(state.piece).first(now.size() * dtype_size_bytes(tensor.storage));
    if (!store(now, tensor.storage, bytes)) {
      return bad_request(quoted(tensor) + " holds a value that " + dtype_name(tensor.storage) + " cannot store");
    }
    state.hash.update(bytes);
    if (auto done = state.file.write(bytes); !done) return done;
    state.written += now.size();
    values = values.subspan(now.size());
  }
  return {};
}

Result<void> BundleWriter::commit() {
  State& state = *state_;
  state.skip_full_tensors();
  if (state.tensor != state.order.size()) {
    const PlannedTensor& tensor = state.order[state.tensor];
    return bad_request(quoted(tensor) + " of shape " + detail::shape_text(tensor.shape) + " has " +
                       std::to_string(state.written) + " values");
  }
  std::string text = header_text(state.metadata, state.hash.finish_hex(), state.order);
  const std::size_t place = text.find(detail::kZeroDigest);
  const auto digest = detail::header_sha256(text, detail::kZeroDigest);
  if (!digest) return tl::unexpected(digest.error());
  text.replace(place, digest->size(), *digest);
  if (auto done = state.file.rewrite(detail::kLengthBytes, std::as_bytes(std::span(text))); !done) return done;
  return state.file.commit();
}

Result<void> write_bundle(const std::filesystem::path& path, std::string_view metadata,
                          std::span<const NamedTensor> tensors) {
  std::vector<PlannedTensor> planned;
  std::map<std::string_view, const NamedTensor*> by_name;
  for (const NamedTensor& tensor : tensors) {
    planned.push_back({tensor.name, tensor.shape, tensor.storage});
    by_name.emplace(tensor.name, &tensor);
  }
  auto writer = BundleWriter::create(path, metadata, std::move(planned));
  if (!writer) return tl::unexpected(writer.error());
  for (const PlannedTensor& tensor : writer->order()) {
    const std::vector<float>& values = by_name.find(tensor.name)->second->values;
    if (values.size() != values_in(tensor)) {
      return bad_request(quoted(tensor) + " of shape " + detail::shape_text(tensor.shape) + " has " +
                         std::to_string(values.size()) + " values");
    }
    if (auto done = writer->write(values); !done) return done;
  }
  return writer->commit();
}

}  // namespace photoplayer::model
