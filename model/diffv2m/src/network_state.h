// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Shared by the two ways through the network.
#include "time_tables.h"

namespace photoplayer::diffv2m {

struct Network::State {
  Dit dit;
  TimeTables tables;
  State(const Config& config, const Weights& weights) : dit(config, weights), tables(dit) {}
};

}  // namespace photoplayer::diffv2m
