// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One JSON object per line: what a training run did, appended across resumptions.
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace photoplayer::train {

class RunLog {
 public:
  explicit RunLog(const std::string& path) : file_(path, std::ios::app) {}
  void write(const nlohmann::json& line) { file_ << line.dump() << std::endl; }

 private:
  std::ofstream file_;
};

}  // namespace photoplayer::train
