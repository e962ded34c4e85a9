// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What import and random bundles share: progress, the metadata's frame, the loop over the tensors.
#include "diffv2m_config.h"

#include <photoplayer/model/bundle_writer.h>
#include <photoplayer/model/import.h>

#include <functional>
#include <string>

namespace photoplayer::model::detail {

/// Bytes done of bytes to do.
class Work {
 public:
  Work(const ImportWatch& watch, std::uint64_t total_bytes) : watch_(watch), total_bytes_(total_bytes) {}
  /// Fails with kCancelled.
  [[nodiscard]] Result<void> advance(std::uint64_t bytes);

 private:
  const ImportWatch& watch_;
  std::uint64_t total_bytes_;
  std::uint64_t done_bytes_ = 0;
};

/// "fp32", "fp16" or "bf16", as on the command line.
[[nodiscard]] std::string storage_name(DType storage);

struct BundleText {
  std::string name, config, provenance, licence;  ///< config and provenance are JSON objects
};
/// The "photoplayer" object.
[[nodiscard]] std::string metadata_text(const BundleText& text);

/// Matrices are stored as asked. Whatever has one axis longer than 1 stays in fp32: biases, gains, snake parameters and
/// Fourier frequencies take no room, and rounding a frequency would shift a phase.
[[nodiscard]] DType storage_of(const std::vector<std::int64_t>& shape, DType asked);

[[nodiscard]] std::vector<PlannedTensor> plan_tensors(const std::vector<ExpectedTensor>& tensors, DType storage);
[[nodiscard]] std::uint64_t size_bytes(const PlannedTensor& tensor);

/// Fails with kUsage if `storage` is none of the three, with kOutput if the folder is not there.
[[nodiscard]] Result<void> check_output(const std::filesystem::path& output, DType storage);

/// `fill` writes one tensor's values.
[[nodiscard]] Result<void> write_tensors(const std::filesystem::path& output, const std::string& metadata,
                                         std::vector<PlannedTensor> tensors, Work& work,
                                         const std::function<Result<void>(const PlannedTensor&, BundleWriter&)>& fill);

}  // namespace photoplayer::model::detail
