// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One recomputation per kind of parity file. Each answers the tensors that it knows among those the file expects.
#include <photoplayer/diffv2m/weights.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace photoplayer::model::detail {

enum class Precision { kFp32, kBf16 };

/// A parity file, with its numbers within reach. Errors are kBadInput and name what is wrong, not the file.
class ParityFile {
 public:
  explicit ParityFile(std::shared_ptr<const SafetensorsFile> file) : file_(std::move(file)) {}

  [[nodiscard]] bool has(const std::string& name) const { return file_->has(name); }
  [[nodiscard]] bool has_any(std::string_view prefix) const;
  [[nodiscard]] std::vector<std::string> expected() const;                    ///< mid.* and out.*
  [[nodiscard]] Result<torch::Tensor> number(const std::string& name) const;  ///< as fp32
  [[nodiscard]] Result<diffv2m::Weights> weights(Precision precision) const;
  [[nodiscard]] std::optional<std::string> text(const std::string& key) const;
  /// A whole number of the metadata from `least` to `most`; `usual` if it is absent.
  [[nodiscard]] Result<std::int64_t> size(const std::string& key, std::int64_t usual, std::int64_t least = 1,
                                          std::int64_t most = 1 << 20) const;
  [[nodiscard]] Result<double> real(const std::string& key, double usual) const;
  [[nodiscard]] Result<bool> flag(const std::string& key, bool usual) const;
  [[nodiscard]] Result<std::vector<std::int64_t>> sizes(const std::string& key) const;  ///< "1,2,4"

 private:
  std::shared_ptr<const SafetensorsFile> file_;
};

using Recomputed = std::map<std::string, torch::Tensor>;

[[nodiscard]] Result<Recomputed> recompute_network(const ParityFile& file, Precision precision);
[[nodiscard]] Result<Recomputed> recompute_clip(const ParityFile& file, Precision precision);
[[nodiscard]] Result<Recomputed> recompute_oobleck(const ParityFile& file, Precision precision);
[[nodiscard]] Result<Recomputed> recompute_histogram(const ParityFile& file);

/// All of `text` as a number.
[[nodiscard]] std::optional<double> whole_text_as_number(std::string_view text);

}  // namespace photoplayer::model::detail
