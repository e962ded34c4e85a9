// SPDX-License-Identifier: Apache-2.0
#include "load_bundle_model.h"
#include "run.h"

int main(int argc, char** argv) { return photoplayer::tools::run(argc, argv, photoplayer::tools::load_bundle_model); }
