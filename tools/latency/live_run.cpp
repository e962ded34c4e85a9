// SPDX-License-Identifier: Apache-2.0
#include "latency/live_run.h"

#include "picture_feed.h"
#include "process_stats.h"

#include <photoplayer/stream/latent_clock.h>
#include <photoplayer/stream/steady_clock.h>
#include <photoplayer/stream/window_planner.h>

#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <mutex>
#include <thread>
#include <utility>

namespace photoplayer::tools {
namespace {

constexpr std::size_t kBlock_frames = 441;
constexpr double kSampleRate = 44100.0;
constexpr double kBlock_s = static_cast<double>(kBlock_frames) / kSampleRate;
constexpr float kSilence = 1e-3F;  // −60 dBFS

double process_cpu_s() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

struct Rung {
  const char* name;
  std::uint64_t stream::LadderCounts::*count;
};
constexpr std::array<Rung, 5> kRungs = {{{"fewer_steps", &stream::LadderCounts::fewer_steps},
                                         {"no_guidance", &stream::LadderCounts::no_guidance},
                                         {"look_ahead", &stream::LadderCounts::look_ahead},
                                         {"repeat_bar", &stream::LadderCounts::repeat_bar},
                                         {"bed", &stream::LadderCounts::bed}}};
/// From here on a rung stands for a hop that the sampler did not make.
constexpr std::size_t kFirstSubstitute = 2;

class LivePlayer {
 public:
  LivePlayer(const LatencyOptions& options, LiveInput& input, const std::atomic<bool>& cancelled)
      : options_(options), input_(input), cancelled_(cancelled) {
    const auto expected = [&](double each_second) {
      return static_cast<std::size_t>(each_second * (options.seconds + 10.0));
    };
    make_room(run_.seeing, expected(60.0));
    make_room(run_.taking, expected(101.0));
    make_room(run_.queue, expected(101.0));
  }

  Result<void> play() {
    add_probes(input_.model, clock_, run_.notes, {options_.slowdown, false, options_.seconds});
    run_.settings = input_.model.settings;
    auto engine = stream::Engine::make(run_.settings, std::move(input_.model.parts));
    if (!engine) return tl::unexpected(engine.error());
    engine_ = std::move(*engine);
    run_.latency_s = engine_->latency_s();
    run_.terms = latency_terms(run_.settings, engine_->plays_notes());
    pictures_.emplace(engine_->timeline(), std::move(input_.model.encoder), PictureFeed::SlowPath::kInBackground);
    const double cpu_before_s = process_cpu_s();
    const Threads threads(*this);
    if (auto started = engine_->start_live(clock_); !started) return tl::unexpected(started.error());
    started_ = true;
    if (auto watched = watch(); !watched) return tl::unexpected(watched.error());
    run_.cpu_s = process_cpu_s() - cpu_before_s;
    run_.wall_s = clock_.now_s();
    run_.report = engine_->report();
    return {};
  }

  LiveRun take_run() { return std::move(run_); }

 private:
  /// Ends and joins what it began.
  class Threads {
   public:
    explicit Threads(LivePlayer& player) : player_(player) {
      video_ = std::thread([&player] { player.show_film(); });
      render_ = std::thread([&player] { player.take_sound(); });
      pthread_setname_np(video_.native_handle(), "latency-video");
      pthread_setname_np(render_.native_handle(), "latency-render");
    }
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;
    ~Threads() {
      player_.stop_ = true;
      player_.clock_.interrupt();
      video_.join();
      render_.join();
      player_.pictures_.reset();  // its encoder takes notes too
      player_.engine_->stop_live();
    }

   private:
    LivePlayer& player_;
    std::thread video_, render_;
  };

  bool sleep_until(double time_s) {
    while (!stop_ && clock_.now_s() < time_s) {
      if (!clock_.wait_until(time_s)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return !stop_;
  }

  void show_film() {
    while (true) {
      auto frame = input_.film();
      if (!frame) return give_up(frame.error());
      if (!*frame) break;
      if (!sleep_until((*frame)->time_s)) return;
      const double begin_s = clock_.now_s();
      if (auto seen = pictures_->see((*frame)->sample.get(), (*frame)->time_s); !seen) return give_up(seen.error());
      run_.seeing.push_back({begin_s, static_cast<float>(clock_.now_s() - begin_s)});
    }
    const double end_s = input_.film_end_s();
    sleep_until(end_s);
    pictures_->finish(end_s);
    film_end_s_ = end_s;
  }

  void give_up(const Error& error) {
    const std::lock_guard lock(mutex_);
    video_error_ = error;
  }

  /// A sound card: the first block when it is due, then one every 10 ms, whatever there is.
  void take_sound() {
    std::array<float, 2 * kBlock_frames> block{};
    const auto blocks = static_cast<std::uint64_t>(std::ceil(options_.seconds / kBlock_s));
    double gap_s = 0.0, silence_s = 0.0;
    bool heard = false;
    while (!started_) {
      if (!sleep_until(clock_.now_s() + 0.001)) return;
    }
    for (std::uint64_t i = 0; i < blocks; ++i) {
      const double music_s = static_cast<double>(i) * kBlock_s;
      if (music_s >= film_end_s_ || !sleep_until(run_.latency_s + music_s)) break;
      stream::RenderPort& port = engine_->render_port();
      const double begin_s = clock_.now_s();
      run_.queue.push_back({begin_s, static_cast<float>(static_cast<double>(port.queued_frames()) / kSampleRate)});
      const stream::RenderStatus status = port.render(block);
      run_.taking.push_back({begin_s, static_cast<float>(clock_.now_s() - begin_s)});
      gap_s = status.frames_missing == 0 ? 0.0 : gap_s + static_cast<double>(status.frames_missing) / kSampleRate;
      run_.max_gap_s = std::max(run_.max_gap_s, gap_s);
      const bool sounds = std::any_of(block.begin(), block.end(), [](float x) { return std::abs(x) > kSilence; });
      if (sounds && !heard) {
        heard = true;
        run_.first_sound_warm_s = clock_.now_s();
        run_.first_sound_cold_s = process_age_s();
      }
      silence_s = sounds || !heard ? 0.0 : silence_s + kBlock_s;
      run_.max_silence_s = std::max(run_.max_silence_s, silence_s);
      run_.audio_s = music_s + kBlock_s;
    }
    taken_all_ = true;
  }

  Result<void> watch() {
    stream::Report before;
    while (!taken_all_) {
      clock_.wait_until(clock_.now_s() + kBlock_s);
      if (cancelled_) return fail(ErrorCode::kCancelled, "interrupted");
      {
        const std::lock_guard lock(mutex_);
        if (video_error_) return tl::unexpected(*video_error_);
      }
      const stream::Report now = engine_->counts();
      for (const Rung& rung : kRungs) {
        if (now.ladder.*rung.count > before.ladder.*rung.count) run_.marks.push_back({clock_.now_s(), rung.name});
      }
      if (now.underrun_events > before.underrun_events) run_.marks.push_back({clock_.now_s(), "underrun"});
      before = now;
      if (input_.progress) input_.progress(clock_.now_s());
    }
    return {};
  }

  const LatencyOptions& options_;
  LiveInput& input_;
  const std::atomic<bool>& cancelled_;
  stream::SteadyClock clock_;  // 0 is the first frame
  LiveRun run_;
  std::unique_ptr<stream::Engine> engine_;
  std::optional<PictureFeed> pictures_;
  std::atomic<bool> stop_{false}, started_{false}, taken_all_{false};
  std::atomic<double> film_end_s_{1e300};
  std::mutex mutex_;
  std::optional<Error> video_error_;
};

}  // namespace

stream::LatencyTerms latency_terms(const stream::EngineSettings& settings, bool plays_notes) {
  stream::LatencyTerms terms;
  terms.max_hop_s = settings.max_hop_s;
  terms.longest_row_s = plays_notes
                            ? stream::longest_beat_s(settings.controls.tempo_bpm.value_or(stream::kMinTempo_bpm))
                            : stream::FixedLatentClock().time_s(1);
  terms.analysis_s = settings.analysis_s;
  terms.budget_s = settings.budget_s;
  terms.jitter_s = settings.jitter_s;
  return terms;
}

std::optional<int> recovery_hops(const LiveRun& run, const std::optional<Slowdown>& slowdown) {
  if (!slowdown) return std::nullopt;
  std::vector<std::pair<double, bool>> hops;  // when its fate was known, whole
  for (const WindowSpan& window : run.notes.windows) {
    hops.emplace_back(window.span.begin_s + static_cast<double>(window.span.length_s), window.whole());
  }
  for (const Mark& mark : run.marks) {
    const bool substitute = std::any_of(kRungs.begin() + kFirstSubstitute, kRungs.end(),
                                        [&](const Rung& rung) { return mark.what == rung.name; });
    if (substitute) hops.emplace_back(mark.time_s, false);
  }
  std::sort(hops.begin(), hops.end());
  std::erase_if(hops, [&](const auto& hop) { return hop.first < slowdown->end_s(); });
  int broken = 0;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    if (hops[i].second && (i + 1 == hops.size() || hops[i + 1].second)) return broken;
    ++broken;
  }
  return broken;
}

Result<LiveRun> play_live(const LatencyOptions& options, LiveInput input, const std::atomic<bool>& cancelled) {
  LivePlayer player(options, input, cancelled);
  if (auto played = player.play(); !played) return tl::unexpected(played.error());
  // Not before the threads that wrote it have ended.
  return player.take_run();
}

}  // namespace photoplayer::tools
