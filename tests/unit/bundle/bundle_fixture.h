// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A folder that goes away with the test, a small bundle in it, and its bytes.
#include <photoplayer/model/bundle_writer.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace photoplayer::model::test {

inline constexpr const char* kMetadata =
    R"({"format":1,"family":"parlour","name":"tiny","config":{"width":4},"provenance":{"made":"by a test"},"licence":"CC0-1.0"})";

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "photoplayer-bundle-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }
  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator()));
  }

 private:
  std::filesystem::path path_;
};

inline std::vector<NamedTensor> small_tensors() {
  return {{"layer.weight", {2, 3}, {1.0F, -2.0F, 0.5F, 0.25F, 3.0F, -0.125F}, DType::kF32},
          {"layer.bias", {3}, {0.1F, 65504.0F, -1e-6F}, DType::kF16},
          {"norm", {2, 1}, {1.5F, 1e30F}, DType::kBF16},
          {"none", {0, 7}, {}, DType::kF32}};
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline bool one_line(const std::string& message) {
  return !message.empty() && message.find('\n') == std::string::npos;
}

}  // namespace photoplayer::model::test
