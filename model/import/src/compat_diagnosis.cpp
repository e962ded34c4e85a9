// SPDX-License-Identifier: Apache-2.0
#include "compat_diagnosis.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <vector>

namespace photoplayer::model::detail {
namespace {

// bf16 rounds by at most 2⁻⁸; the spread of a thousand uniform values is within 3 % of its expectation.
constexpr double kRounding = 1.0 / 256.0, kSpreadTolerance = 0.05;
constexpr std::size_t kPieceValues = 1U << 16U;

struct InitTest {
  bool untouched = false;
  std::string numbers;  ///< largest value against the bound, spread against the uniform one
};

InitTest test_init(const SourceTensor& weight) {
  const auto total = static_cast<std::size_t>(element_count(weight.shape));
  const double bound = 1.0 / std::sqrt(static_cast<double>(weight.shape[1]));
  double largest = 0.0, squares = 0.0;
  std::vector<float> values(std::min(total, kPieceValues));
  SourceReader reader(weight);
  for (std::size_t done = 0; done < total; done += values.size()) {
    values.resize(std::min(values.size(), total - done));
    reader.read(values);
    for (const float value : values) {
      largest = std::max(largest, std::abs(static_cast<double>(value)));
      squares += static_cast<double>(value) * static_cast<double>(value);
    }
  }
  const double spread = std::sqrt(squares / static_cast<double>(total)) / (bound / std::sqrt(3.0));
  char text[96];
  std::snprintf(text, sizeof text, "|w| up to %.4f of %.4f, spread %.0f %%", largest, bound, 100.0 * spread);
  return {largest <= bound * (1.0 + kRounding) && std::abs(spread - 1.0) <= kSpreadTolerance, text};
}

}  // namespace

CompatFinding diagnose_compat(const GatheredWeights& found) {
  const std::string all = "conditioner.conditioners.";
  const auto colour = [&](const char* name) {
    return test_init(*found.pieces.find(all + "color." + name + ".weight")->second.part(Part::kWhole));
  };
  const InitTest first = colour("proj_out1"), second = colour("proj_out2");
  const std::string numbers = "(" + first.numbers + "; " + second.numbers + ")";
  std::string control_note = "; no control layer is there to compare";
  for (const char* control : {"semantic.proj_out", "color.proj_out"}) {
    const auto at = found.dead.find(all + control + ".weight");
    if (at == found.dead.end() || at->second.shape.size() != 2 || at->second.type == SourceType::kOther) continue;
    if (!test_init(at->second).untouched) {
      return {"released",
              "even " + std::string(control) +
                  ", which no code uses, is not as initialised, so the test says "
                  "nothing and the released reading is taken",
              false};
    }
    control_note = ", as is the unused " + std::string(control);
    if (!first.untouched || !second.untouched) control_note = ", unlike the unused " + std::string(control);
    break;
  }
  if (first.untouched && second.untouched) {
    return {"released", "the colour projections are as initialised " + numbers + control_note};
  }
  return {"paper", "the colour projections were trained " + numbers + control_note +
                       "; the rest of the released reading stays, --compat paper takes all of the paper's"};
}

}  // namespace photoplayer::model::detail
