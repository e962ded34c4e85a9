// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What all stages do besides learning: log, tell how long it will take, save now and then, stop when asked.
#include <photoplayer/train/run_log.h>
#include <photoplayer/train/train.h>

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "checkpoint.h"

namespace photoplayer::train {

struct RunWatch {
  std::function<void(const TrainProgress&)> progress;
  std::function<bool()> stop;
};

class Stage {
 public:
  Stage(std::string name, std::string path, std::int64_t steps, double save_minutes, RunLog& log, const RunWatch& watch)
      : name_(std::move(name)),
        path_(std::move(path)),
        steps_(steps),
        save_s_(60.0 * save_minutes),
        log_(log),
        watch_(watch) {}

  /// From step to step until the end, from where the checkpoint is. `learn(step)` answers what is to be logged, "loss"
  /// among it. False: stopped, and saved.
  bool run(Checkpoint& checkpoint, const std::function<nlohmann::json(std::int64_t)>& learn) {
    std::int64_t step = load_checkpoint(path_, checkpoint) ? checkpoint.note.at("step").get<std::int64_t>() : 0;
    const std::int64_t first = step;
    const auto begin = Clock::now();
    auto saved = begin;
    const auto save = [&] {
      checkpoint.note["step"] = step;
      save_checkpoint(path_, checkpoint);
      saved = Clock::now();
    };
    while (step < steps_) {
      if (watch_.stop()) {
        save();
        return false;
      }
      const auto line = learn(step++);
      const double left_s =
          seconds(begin, Clock::now()) / static_cast<double>(step - first) * static_cast<double>(steps_ - step);
      if ((step % kLogEvery == 0 || step == steps_) && line.contains("loss")) report(step, left_s, line);
      if (seconds(saved, Clock::now()) > save_s_) save();
    }
    if (step > first) save();
    return true;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::int64_t kLogEvery = 10;

  static double seconds(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double>(to - from).count();
  }

  void report(std::int64_t step, double left_s, const nlohmann::json& line) {
    const double share = static_cast<double>(step) / static_cast<double>(steps_);
    nlohmann::json all = {{"stage", name_}, {"step", step}, {"share", share}, {"seconds_left", left_s}};
    all.update(line);
    log_.write(all);
    watch_.progress({name_, share, left_s, line.at("loss").get<double>()});
  }

  std::string name_, path_;
  std::int64_t steps_;
  double save_s_;
  RunLog& log_;
  const RunWatch& watch_;
};

/// Values of a map in its order.
[[nodiscard]] inline std::vector<torch::Tensor> values_of(const NamedTensors& tensors) {
  std::vector<torch::Tensor> values;
  for (const auto& [name, tensor] : tensors) values.push_back(tensor);
  return values;
}

inline void set_rate(torch::optim::Optimizer& optimiser, double rate) {
  for (auto& group : optimiser.param_groups()) static_cast<torch::optim::AdamWOptions&>(group.options()).lr(rate);
}

}  // namespace photoplayer::train
