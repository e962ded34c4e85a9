// SPDX-License-Identifier: Apache-2.0
#include "piece_writer.h"

#include "bundle_header.h"
#include "weight_file.h"

#include <algorithm>
#include <cmath>

namespace photoplayer::model::detail {
namespace {

constexpr std::size_t kPieceValues = 1U << 16U;
constexpr float kHalfOverflow = 65520.0F;  // rounds to infinity from here on

Result<void> write_checked(std::span<const float> values, const PlannedTensor& tensor, BundleWriter& writer) {
  const auto refuse = [&](const std::string& what) {
    return fail(ErrorCode::kBadInput, "the weights hold " + what + " in '" + printable(tensor.name) + "'");
  };
  for (const float value : values) {
    if (!std::isfinite(value)) return refuse("a value that is not a finite number");
    if (tensor.storage == DType::kF16 && std::abs(value) >= kHalfOverflow) {
      return refuse("a value too large for fp16 (use --dtype bf16)");
    }
  }
  return writer.write(values);
}

Result<void> write_plain(const SourceTensor& source, const PlannedTensor& tensor, BundleWriter& writer) {
  SourceReader reader(source);
  auto left = static_cast<std::size_t>(element_count(source.shape));
  std::vector<float> values(std::min(left, kPieceValues));
  while (left > 0) {
    values.resize(std::min(left, values.size()));
    reader.read(values);
    if (auto done = write_checked(values, tensor, writer); !done) return done;
    left -= values.size();
  }
  forget_pages(source.bytes.first(
      std::min(source.bytes.size(), static_cast<std::size_t>(element_count(source.shape)) * size_bytes(source.type))));
  return {};
}

/// w = g · v / ‖v‖, the norm over everything but axis 0: outputs of a convolution, inputs of a transposed one.
Result<void> write_normed(const SourceTensor& gain, const SourceTensor& direction, const PlannedTensor& tensor,
                          BundleWriter& writer) {
  const auto rows = static_cast<std::size_t>(direction.shape[0]);
  if (rows == 0) return {};
  std::vector<float> gains(rows), row(static_cast<std::size_t>(element_count(direction.shape)) / rows);
  SourceReader(gain).read(gains);
  SourceReader reader(direction);
  for (const float g : gains) {
    reader.read(row);
    double squares = 0.0;
    for (const float value : row) squares += static_cast<double>(value) * static_cast<double>(value);
    const double scale = static_cast<double>(g) / std::sqrt(squares);
    for (float& value : row) value = static_cast<float>(scale * static_cast<double>(value));
    if (auto done = write_checked(row, tensor, writer); !done) return done;
  }
  forget_pages(direction.bytes.first(row.size() * rows * size_bytes(direction.type)));
  return {};
}

}  // namespace

Result<void> write_piece(const Piece& piece, const PlannedTensor& tensor, BundleWriter& writer) {
  if (const auto& whole = piece.part(Part::kWhole)) return write_plain(*whole, tensor, writer);
  if (const auto& gain = piece.part(Part::kGain)) {
    return write_normed(*gain, *piece.part(Part::kDirection), tensor, writer);
  }
  for (const Part third : {Part::kQuery, Part::kKey, Part::kValue}) {
    if (auto done = write_plain(*piece.part(third), tensor, writer); !done) return done;
  }
  return {};
}

}  // namespace photoplayer::model::detail
