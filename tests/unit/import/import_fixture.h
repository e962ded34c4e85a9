// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Files in a folder that goes away, an import of them, and what came of it.
#include "published_weights.h"
#include "support/catch.h"
#include "unit/bundle/bundle_fixture.h"

#include <photoplayer/model/bundle.h>
#include <photoplayer/model/import.h>

#include <cmath>
#include <string>
#include <vector>

namespace photoplayer::model::test {

class ImportTest {
 public:
  ImportTest() {
    request.checkpoint = folder / "model.ckpt";
    request.clip = folder / "clip.pt";
    request.output = folder / "out.bundle";
    request.storage = DType::kF32;
  }
  void put(const char* name, const std::string& bytes) const { write_file(folder / name, bytes); }
  Result<std::vector<std::string>> run() {
    said.clear();
    ImportWatch watch;
    watch.say = [&](const std::string& line) { said.push_back(line); };
    return import_diffv2m(request, watch);
  }
  [[nodiscard]] bool has_said(const std::string& part) const {
    for (const std::string& line : said) {
      if (line.find(part) != std::string::npos) return true;
    }
    return false;
  }
  [[nodiscard]] Bundle result() const {
    auto bundle = Bundle::open(request.output);
    REQUIRE(bundle);
    return std::move(*bundle);
  }
  /// Nothing but the inputs is in the folder.
  [[nodiscard]] bool wrote_nothing() const { return !std::filesystem::exists(request.output) && no_leftovers(); }
  [[nodiscard]] bool no_leftovers() const {
    for (const auto& entry : std::filesystem::directory_iterator(request.output.parent_path())) {
      if (entry.path().string().find(".part-") != std::string::npos) return false;
    }
    return true;
  }

  TemporaryFolder folder;
  ImportRequest request;
  std::vector<std::string> said;
};

/// Every expected tensor and no other. Folded ones to a rounding, the others to the bit.
inline void check_tensors(const Bundle& bundle, const std::map<std::string, TestTensor>& expected) {
  CHECK(bundle.names().size() == expected.size());
  for (const auto& [name, tensor] : expected) {
    INFO(name);
    const auto values = bundle.read_f32(name, tensor.shape);
    REQUIRE(values);
    const bool folded = name.starts_with("pretransform.") && name.ends_with(".weight");
    float worst = 0.0F;
    for (std::size_t i = 0; i < values->size(); ++i) {
      const float scale = folded ? std::abs(tensor.values[i]) : 0.0F;
      worst = std::max(worst, std::abs((*values)[i] - tensor.values[i]) - 1.2e-7F * scale);
    }
    CHECK(worst <= 0.0F);
  }
}

}  // namespace photoplayer::model::test
