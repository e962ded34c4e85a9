// SPDX-License-Identifier: Apache-2.0
#include "affect_table.h"

#include <photoplayer/stream/controls.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace photoplayer::train {

Result<torch::Tensor> read_affect_table(const std::filesystem::path& path) try {
  std::ifstream file(path);
  if (!file) return fail(ErrorCode::kBadInput, "cannot open the label table " + path.string());
  constexpr std::int64_t kColumns = 2 + stream::kStyles;
  std::vector<float> values;
  std::int64_t rows = 0;
  std::string line, header = "index,label,valence,arousal";
  for (const auto* style : stream::kStyleNames) header += std::string(",") + style;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    if (rows == 0 && values.empty() && line == header) continue;  // also proves the styles' order
    std::stringstream cells(line);
    std::string cell;
    std::getline(cells, cell, ',');
    if (std::stol(cell) != rows)
      return fail(ErrorCode::kBadInput, path.string() + ": row " + cell + " is out of order");
    std::getline(cells, cell, ',');  // the label, for readers
    while (std::getline(cells, cell, ',')) values.push_back(std::stof(cell));
    ++rows;
    if (static_cast<std::int64_t>(values.size()) != rows * kColumns)
      return fail(ErrorCode::kBadInput,
                  path.string() + ": row " + std::to_string(rows - 1) + " has a wrong number of cells");
  }
  if (rows != 1001)
    return fail(ErrorCode::kBadInput, path.string() + " has " + std::to_string(rows) + " labels, not 1001");
  auto table = torch::tensor(values).view({rows, kColumns});
  const auto styles = table.narrow(1, 2, stream::kStyles);
  styles.div_(styles.sum(1, true));
  return table;
} catch (const std::exception&) {
  return fail(ErrorCode::kBadInput, path.string() + ": a cell is not a number");
}

}  // namespace photoplayer::train
