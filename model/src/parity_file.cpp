// SPDX-License-Identifier: Apache-2.0
#include "parity_kinds.h"

#include <charconv>
#include <cmath>

namespace photoplayer::model::detail {
namespace {

tl::unexpected<Error> odd(const std::string& key, const std::string& found, const std::string& wanted) {
  return fail(ErrorCode::kBadInput,
              "its metadata says " + key + " = '" + found.substr(0, 40) + "'; it must be " + wanted);
}

}  // namespace

std::optional<double> whole_text_as_number(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool ParityFile::has_any(std::string_view prefix) const {
  for (const auto& name : file_->names()) {
    if (name.starts_with(prefix)) return true;
  }
  return false;
}

std::vector<std::string> ParityFile::expected() const {
  std::vector<std::string> names;
  for (const auto& name : file_->names()) {
    if (name.starts_with("mid.") || name.starts_with("out.")) names.push_back(name);
  }
  return names;
}

Result<torch::Tensor> ParityFile::number(const std::string& name) const {
  const auto tensor = diffv2m::tensor_of(file_, name);
  if (!tensor) return tl::unexpected(tensor.error());
  return tensor->to(torch::kFloat);
}

Result<diffv2m::Weights> ParityFile::weights(Precision precision) const {
  auto weights = diffv2m::weights_of(file_, "weights.");
  if (!weights || precision == Precision::kFp32) return weights;
  return diffv2m::with_matrices_as(*weights, torch::kBFloat16);
}

std::optional<std::string> ParityFile::text(const std::string& key) const {
  const auto found = file_->metadata().find(key);
  if (found == file_->metadata().end()) return std::nullopt;
  return found->second;
}

Result<std::int64_t> ParityFile::size(const std::string& key, std::int64_t usual, std::int64_t least,
                                      std::int64_t most) const {
  const auto found = text(key);
  if (!found) return usual;
  const auto value = whole_text_as_number(*found);
  if (!value || *value != std::floor(*value) || *value < static_cast<double>(least) ||
      *value > static_cast<double>(most)) {
    return odd(key, *found, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return static_cast<std::int64_t>(*value);
}

Result<double> ParityFile::real(const std::string& key, double usual) const {
  const auto found = text(key);
  if (!found) return usual;
  const auto value = whole_text_as_number(*found);
  if (!value) return odd(key, *found, "a number");
  return *value;
}

Result<bool> ParityFile::flag(const std::string& key, bool usual) const {
  const auto found = text(key);
  if (!found) return usual;
  for (const char* yes : {"True", "true", "1"}) {
    if (*found == yes) return true;
  }
  for (const char* no : {"False", "false", "0"}) {
    if (*found == no) return false;
  }
  return odd(key, *found, "True or False");
}

Result<std::vector<std::int64_t>> ParityFile::sizes(const std::string& key) const {
  const std::string list = text(key).value_or("");
  std::vector<std::int64_t> values;
  std::string entry;
  for (const char c : list + ",") {
    if (c != ',') {
      if (std::string_view(" []()").find(c) == std::string_view::npos) entry += c;
      continue;
    }
    const auto value = whole_text_as_number(entry);
    if (!value || *value != std::floor(*value) || *value < 1.0 || *value > 4096.0) {
      return odd(key, list, "a list of whole numbers such as 1,2,4");
    }
    values.push_back(static_cast<std::int64_t>(*value));
    entry.clear();
  }
  return values;
}

}  // namespace photoplayer::model::detail
