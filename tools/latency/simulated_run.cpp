// SPDX-License-Identifier: Apache-2.0
#include "latency/simulated_run.h"

#include "latency/probes.h"
#include "latency/simulated_clock.h"
#include "picture_feed.h"

#include <array>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace photoplayer::tools {
namespace {

constexpr std::size_t kBlock_frames = 441;
constexpr double kBlock_s = static_cast<double>(kBlock_frames) / 44100.0;
/// Sampler, conductor; the film's thread and the one that takes the sound.
constexpr int kParticipants = 4;

/// Shows the film's frames when they are due.
class FilmThread {
 public:
  FilmThread(SimulatedClock& clock, TestFilm film, PictureFeed& pictures)
      : clock_(clock), film_(std::move(film)), pictures_(pictures), thread_([this] { show(); }) {}
  FilmThread(const FilmThread&) = delete;
  FilmThread& operator=(const FilmThread&) = delete;
  ~FilmThread() {
    clock_.interrupt();
    thread_.join();
  }

 private:
  void show() {
    while (true) {
      const FilmFrame frame = film_.next();
      // Just after the frame's time, so that it is not the thread's turn that decides who was first.
      if (!clock_.wait_until(frame.time_s + 1e-6) || !pictures_.see(frame.sample.get(), frame.time_s)) return;
    }
  }
  SimulatedClock& clock_;
  TestFilm film_;
  PictureFeed& pictures_;
  std::thread thread_;
};

}  // namespace

Result<SimulatedRun> simulate_live(SimulatedInput input, const std::atomic<bool>& cancelled) {
  SimulatedClock clock(kParticipants);
  Notes notes;
  ProbeSettings probes;
  probes.work_moves_clock = true;
  add_probes(input.model, clock, notes, probes);
  auto engine = stream::Engine::make(input.model.settings, std::move(input.model.parts));
  if (!engine) return tl::unexpected(engine.error());
  SimulatedRun run;
  run.latency_s = (*engine)->latency_s();
  (*engine)->on_played([&run](const stream::NoteEvent& event, double time_s) {
    if (event.on) run.notes.push_back({event, time_s + run.latency_s});
  });
  PictureFeed pictures((*engine)->timeline(), std::move(input.model.encoder));
  bool interrupted = false;
  {
    const FilmThread film(clock, std::move(input.film), pictures);
    if (auto started = (*engine)->start_live(clock); !started) return tl::unexpected(started.error());
    std::array<float, 2 * kBlock_frames> block{};
    for (std::int64_t i = 0;; ++i) {
      const double now_s = run.latency_s + static_cast<double>(i) * kBlock_s;
      clock.wait_until(now_s);
      const stream::RenderStatus status = (*engine)->render_port().render(block);
      run.late = run.late || status.frames_missing > 0;
      run.sound.insert(run.sound.end(), block.begin(), block.end());
      interrupted = cancelled;
      if (interrupted || now_s >= input.until_s || (i % 10 == 0 && input.goes_on && !input.goes_on(run, now_s))) break;
    }
    (*engine)->stop_live();
  }
  if (interrupted) return fail(ErrorCode::kCancelled, "interrupted");
  const stream::LadderCounts ladder = (*engine)->counts().ladder;
  run.late =
      run.late || ladder.fewer_steps + ladder.no_guidance + ladder.look_ahead + ladder.repeat_bar + ladder.bed > 0;
  return run;
}

}  // namespace photoplayer::tools
