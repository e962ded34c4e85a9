// SPDX-License-Identifier: Apache-2.0
#include "import_work.h"

#include "source_tensor.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <system_error>
#include <utility>

namespace photoplayer::model::detail {

Result<void> Work::advance(std::uint64_t bytes) {
  done_bytes_ += bytes;
  if (!watch_.progress) return {};
  const double share = total_bytes_ == 0 ? 1.0 : static_cast<double>(done_bytes_) / static_cast<double>(total_bytes_);
  if (watch_.progress(share)) return {};
  return fail(ErrorCode::kCancelled, "interrupted; nothing was written");
}

std::string storage_name(DType storage) {
  if (storage == DType::kF32) return "fp32";
  return storage == DType::kF16 ? "fp16" : "bf16";
}

std::string metadata_text(const BundleText& text) {
  const nlohmann::ordered_json json = {{"format", 1},
                                       {"family", "diffv2m"},
                                       {"name", text.name},
                                       {"config", nlohmann::ordered_json::parse(text.config)},
                                       {"provenance", nlohmann::ordered_json::parse(text.provenance)},
                                       {"licence", text.licence}};
  return json.dump();
}

DType storage_of(const std::vector<std::int64_t>& shape, DType asked) {
  const auto long_axes = std::count_if(shape.begin(), shape.end(), [](std::int64_t extent) { return extent > 1; });
  return long_axes > 1 ? asked : DType::kF32;
}

std::vector<PlannedTensor> plan_tensors(const std::vector<ExpectedTensor>& tensors, DType storage) {
  std::vector<PlannedTensor> planned;
  planned.reserve(tensors.size());
  for (const ExpectedTensor& tensor : tensors) {
    planned.push_back({tensor.name, tensor.shape, storage_of(tensor.shape, storage)});
  }
  return planned;
}

std::uint64_t size_bytes(const PlannedTensor& tensor) {
  return static_cast<std::uint64_t>(element_count(tensor.shape)) * dtype_size_bytes(tensor.storage);
}

Result<void> check_output(const std::filesystem::path& output, DType storage) {
  if (storage != DType::kF32 && storage != DType::kF16 && storage != DType::kBF16) {
    return fail(ErrorCode::kUsage, "weights are stored as fp32, bf16 or fp16");
  }
  std::error_code ignored;
  const auto folder = output.has_parent_path() ? output.parent_path() : std::filesystem::path(".");
  if (!std::filesystem::is_directory(folder, ignored)) {
    return fail(ErrorCode::kOutput,
                "cannot write bundle '" + output.string() + "': there is no folder '" + folder.string() + "'");
  }
  return {};
}

Result<void> write_tensors(const std::filesystem::path& output, const std::string& metadata,
                           std::vector<PlannedTensor> tensors, Work& work,
                           const std::function<Result<void>(const PlannedTensor&, BundleWriter&)>& fill) {
  auto writer = BundleWriter::create(output, metadata, std::move(tensors));
  if (!writer) return tl::unexpected(writer.error());
  for (const PlannedTensor& tensor : writer->order()) {
    if (auto done = fill(tensor, *writer); !done) return done;
    if (auto done = work.advance(size_bytes(tensor)); !done) return done;
  }
  return writer->commit();
}

}  // namespace photoplayer::model::detail
