// SPDX-License-Identifier: Apache-2.0
#include "load_bundle_model.h"
#include "parity_command.h"
#include "run.h"
#include "train_command.h"

int main(int argc, char** argv) {
  using namespace photoplayer::tools;
  return run(argc, argv, load_bundle_model, train_from_config, check_parity_file);
}
