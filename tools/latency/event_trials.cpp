// SPDX-License-Identifier: Apache-2.0
#include "latency/event_trials.h"

#include "latency/audible_difference.h"
#include "latency/live_run.h"
#include "latency/simulated_run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>
#include <utility>

namespace photoplayer::tools {
namespace {

constexpr double kSampleRate = 44100.0;
/// Enough music before the event for a context and a look-ahead to exist.
constexpr double kFirstEvent_s = 3.0;
/// Two hops, so that events fall anywhere in one.
constexpr double kEvents_s = 2.5;
/// Listened for beyond what the formula allows.
constexpr double kPatience_s = 1.0;

using Strokes = std::vector<PlayedNote>;

Strokes pick(const SimulatedRun& run, double until_s, bool accents) {
  Strokes picked;
  for (const PlayedNote& note : run.notes) {
    if (note.event.accent == accents && note.heard_s < until_s) picked.push_back(note);
  }
  return picked;
}

/// When the first note is heard that is not in both.
std::optional<double> first_other(const Strokes& a, const Strokes& b) {
  constexpr double kSame_s = 0.01;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    if (i >= a.size()) return b[i].heard_s;
    if (i >= b.size()) return a[i].heard_s;
    const bool same = a[i].event.layer == b[i].event.layer && a[i].event.pitch == b[i].event.pitch &&
                      std::abs(a[i].heard_s - b[i].heard_s) < kSame_s;
    if (!same) return std::min(a[i].heard_s, b[i].heard_s);
  }
  return std::nullopt;
}

/// Of what both have by now.
void compare(const SimulatedRun& plain, const SimulatedRun& with_event, double now_s, EventTrial& trial) {
  const double event_s = trial.event.time_s;
  const auto audible = first_audible_difference(plain.sound, with_event.sound);
  if (audible) trial.audible_s = plain.latency_s + static_cast<double>(*audible) / kSampleRate - event_s;
  const auto after = [&](std::optional<double> heard_s) {
    return heard_s ? std::optional<double>(*heard_s - event_s) : std::nullopt;
  };
  trial.accent_s = after(first_other(pick(plain, now_s, true), pick(with_event, now_s, true)));
  trial.score_s = after(first_other(pick(plain, now_s, false), pick(with_event, now_s, false)));
}

void judge(const SimulatedRun& plain, const SimulatedRun& with_event, EventTrial& trial) {
  if (plain.late || with_event.late) {
    trial.void_reason = "a hop was late";
    return;
  }
  const auto parted = first_difference(plain.sound, with_event.sound);
  const double parted_s = parted ? plain.latency_s + static_cast<double>(*parted) / kSampleRate : 1e300;
  if (parted_s < trial.event.time_s) trial.void_reason = "the sounds differed before the event";
}

class EventLab {
 public:
  EventLab(const LatencyOptions& options, const LoadModel& load, const std::atomic<bool>& cancelled)
      : options_(options), load_(load), cancelled_(cancelled) {}

  Result<SimulatedRun> run(std::vector<FilmEvent> events, double until_s,
                           std::function<bool(const SimulatedRun&, double)> goes_on) {
    auto model = load_();
    if (!model) return tl::unexpected(model.error());
    // The film has no cuts of its own.
    auto run = simulate_live(
        {std::move(*model), TestFilm(options_.seed, std::move(events)), until_s, std::move(goes_on)}, cancelled_);
    if (run) simulated_s_ += run->latency_s + static_cast<double>(run->sound.size() / 2) / kSampleRate;
    return run;
  }
  [[nodiscard]] double simulated_s() const { return simulated_s_; }

 private:
  const LatencyOptions& options_;
  const LoadModel& load_;
  const std::atomic<bool>& cancelled_;
  double simulated_s_ = 0.0;
};

}  // namespace

std::size_t EventTrials::valid() const {
  return static_cast<std::size_t>(
      std::count_if(trials.begin(), trials.end(), [](const EventTrial& one) { return one.void_reason.empty(); }));
}

Result<EventTrials> try_events(const LatencyOptions& options, const LoadModel& load, const std::atomic<bool>& cancelled,
                               const std::function<void(double share)>& progress) {
  const auto begin = std::chrono::steady_clock::now();
  EventTrials trials;
  if (options.events == 0) return trials;
  // The mode's own delay is not waiting for the music: the picture waits too.
  const double longest_s = stream::latest_answer_s({}) + kPatience_s + stream::longest_hop_s({});
  EventLab lab(options, load, cancelled);
  const double plain_until_s = kFirstEvent_s + kEvents_s + longest_s;
  auto plain = lab.run({}, plain_until_s, {});
  if (!plain) return tl::unexpected(plain.error());

  std::mt19937_64 random(options.seed);
  std::uniform_real_distribution<double> moment(kFirstEvent_s, kFirstEvent_s + kEvents_s);
  for (int i = 0; i < options.events; ++i) {
    if (progress) progress(static_cast<double>(i) / options.events);
    EventTrial trial;
    trial.event.time_s = std::round(moment(random) / kTestFrame_s) * kTestFrame_s;
    trial.event.kind = i % 2 == 0 ? stream::VisualEventKind::kCut : stream::VisualEventKind::kFlash;
    const auto goes_on = [&](const SimulatedRun& so_far, double now_s) {
      if (now_s < trial.event.time_s) return true;
      compare(*plain, so_far, now_s, trial);
      return !(trial.audible_s && trial.score_s && trial.accent_s);
    };
    auto with_event = lab.run({trial.event}, trial.event.time_s + longest_s, goes_on);
    if (!with_event) return tl::unexpected(with_event.error());
    compare(*plain, *with_event,
            with_event->latency_s + static_cast<double>(with_event->sound.size() / 2) / kSampleRate, trial);
    judge(*plain, *with_event, trial);
    trials.trials.push_back(std::move(trial));
  }
  trials.simulated_s = lab.simulated_s();
  trials.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return trials;
}

}  // namespace photoplayer::tools
