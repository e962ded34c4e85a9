// SPDX-License-Identifier: Apache-2.0
#include "train_command.h"

#include <photoplayer/train/train.h>
#include <photoplayer/train/train_sound.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "plot/loss_plot.h"
#include "signals.h"

namespace photoplayer::tools {
namespace {

/// What has to be known before a trainer is chosen; it reads the rest, and complains.
struct Choice {
  std::string family, run_folder;
};

Result<Choice> choose(const std::string& path) {
  std::ifstream file(path);
  if (!file) return fail(ErrorCode::kBadInput, "cannot read the training config '" + path + "'");
  const auto json = nlohmann::json::parse(file, nullptr, false);
  const auto text = [&](const char* key, const std::string& otherwise) {
    return json.is_object() && json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : otherwise;
  };
  Choice choice{text("family", "parlour"), {}};
  if (choice.family != "parlour" && choice.family != "diffv2m") {
    return fail(ErrorCode::kBadInput,
                "'" + path + "': family is '" + choice.family + "'; it must be parlour or diffv2m");
  }
  choice.run_folder = text("run_folder", choice.family == "parlour" ? "build/train" : "build/train-sound");
  return choice;
}

}  // namespace

Result<void> train_from_config(const std::string& config) {
  const auto choice = choose(config);
  if (!choice) return tl::unexpected(choice.error());
  const bool on_terminal = isatty(fileno(stderr)) != 0;
  constexpr auto kPlotEvery = std::chrono::seconds(60);
  auto next_plot = std::chrono::steady_clock::now() + kPlotEvery;
  const auto train = choice->family == "parlour" ? train::train : train::train_sound;
  auto done = train(
      config,
      [&](const train::TrainProgress& progress) {
        if (std::chrono::steady_clock::now() > next_plot) {
          next_plot += kPlotEvery;
          static_cast<void>(write_loss_plot(choice->run_folder));  // the last one answers for itself
        }
        if (!on_terminal) return;
        std::fprintf(stderr, "\r\033[K%s %5.1f %%  loss %.4f  %.0f min left", progress.stage.c_str(),
                     100.0 * progress.share, progress.loss, progress.seconds_left / 60.0);
      },
      [] { return interrupted().load(); });
  if (on_terminal) std::fputs("\r\033[K", stderr);
  if (!done) {
    static_cast<void>(write_loss_plot(choice->run_folder));
    return done;
  }
  return write_loss_plot(choice->run_folder);
}

}  // namespace photoplayer::tools
