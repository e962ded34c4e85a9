// SPDX-License-Identifier: Apache-2.0
#include "run.h"
#include "scripted_model.h"

#include <cstdlib>

int main(int argc, char** argv) {
  const char* slow = std::getenv("PHOTOPLAYER_SCRIPTED_WINDOW_MS");
  const auto window_time = std::chrono::milliseconds(slow != nullptr ? std::atoi(slow) : 0);
  return photoplayer::tools::run(argc, argv, photoplayer::tools::test::scripted_model(window_time));
}
