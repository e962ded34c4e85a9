// SPDX-License-Identifier: Apache-2.0
#include "train_command.h"

#include <photoplayer/train/train.h>
#include <unistd.h>

#include <cstdio>

#include "signals.h"

namespace photoplayer::tools {

Result<void> train_from_config(const std::string& config) {
  const bool on_terminal = isatty(fileno(stderr)) != 0;
  auto done = train::train(
      config,
      [&](const train::TrainProgress& progress) {
        if (!on_terminal) return;
        std::fprintf(stderr, "\r\033[K%s %5.1f %%  loss %.4f  %.0f min left", progress.stage.c_str(),
                     100.0 * progress.share, progress.loss, progress.seconds_left / 60.0);
      },
      [] { return interrupted().load(); });
  if (on_terminal) std::fputs("\r\033[K", stderr);
  return done;
}

}  // namespace photoplayer::tools
