// SPDX-License-Identifier: Apache-2.0
#pragma once
/// FluidSynth's log is one per process and prints by default. Here nothing is printed: lines go to the collector of
/// the calling thread while one exists (creation, loading), and are dropped otherwise (the audio path counts nothing).
#include <string>

namespace photoplayer::model::detail {

class FluidLog {
 public:
  FluidLog();
  ~FluidLog();
  FluidLog(const FluidLog&) = delete;
  FluidLog& operator=(const FluidLog&) = delete;
  /// The last warning or error since construction, on one line.
  [[nodiscard]] const std::string& last() const { return last_; }

 private:
  static void receive(int level, const char* message, void* data);
  std::string last_;
  FluidLog* outer_;
};

}  // namespace photoplayer::model::detail
