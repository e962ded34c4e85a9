// SPDX-License-Identifier: Apache-2.0
#include "scoring.h"

#include "process_stats.h"

#include <photoplayer/stream/steady_clock.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace photoplayer::tools {
namespace {

constexpr std::size_t kBlockFrames = 4096;
/// A picture that stands still is seen this often, as the frames of a constant rate would show it.
constexpr double kStanding_s = 0.5;
constexpr double kPatience_s = 0.1;  // how long an interruption may go unnoticed while waiting

class Scoring {
 public:
  explicit Scoring(const ScoringRun& run) : run_(run), block_(kBlockFrames * kChannels) {}

  Result<ScoringResult> go() {
    while (true) {
      auto frame = run_.film.next();
      if (!frame) return tl::unexpected(frame.error());
      if (!*frame) break;
      if (auto taken = take(**frame); !taken) return tl::unexpected(taken.error());
    }
    result_.video_s = run_.film.end_s();
    run_.pictures.finish(result_.video_s);
    const std::uint64_t total = music_frames(result_.video_s);
    if (auto pulled = pull_until(total); !pulled) return tl::unexpected(pulled.error());
    if (run_.music.frames() != total) {
      return fail(ErrorCode::kInternal, "the engine stopped after " + std::to_string(run_.music.frames()) + " of " +
                                            std::to_string(total) + " samples");
    }
    return result_;
  }

 private:
  /// A long frame is seen and scored bit by bit: the timeline forgets, and the user may interrupt.
  Result<void> take(const FilmFrame& frame) {
    const double end_s = frame.time_s + frame.duration_s;
    double time_s = frame.time_s;
    do {
      if (auto waited = wait_for(time_s); !waited) return waited;
      if (auto seen = run_.pictures.see(frame.sample.get(), time_s); !seen) return seen;
      // No further, for the frame's end may turn out to be the film's.
      if (auto pulled = pull_until(music_frames(time_s)); !pulled) return pulled;
      time_s += kStanding_s;
    } while (time_s < end_s - kStanding_s);
    return {};
  }

  Result<void> wait_for(double time_s) {
    while (run_.pace == Pace::kRealTime && clock_.now_s() < time_s) {
      if (run_.cancelled) return fail(ErrorCode::kCancelled, "interrupted");
      clock_.wait_until(std::min(time_s, clock_.now_s() + kPatience_s));
    }
    return {};
  }

  Result<void> pull_until(std::uint64_t limit) {
    while (run_.music.frames() < limit) {
      if (run_.cancelled) return fail(ErrorCode::kCancelled, "interrupted");
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(kBlockFrames, limit - run_.music.frames()));
      const auto out = std::span(block_).first(wanted * kChannels);
      const auto stems = run_.stems != nullptr ? run_.stems->buffers(wanted) : std::span<const std::span<float>>();
      const auto got = run_.engine.pull(out, stems);
      if (!got) return tl::unexpected(got.error());
      if (*got == 0) return {};
      if (run_.music.frames() == 0) result_.first_music_s = process_age_s();
      if (auto done = run_.music.append(out.first(*got * kChannels)); !done) return done;
      if (run_.stems != nullptr) {
        if (auto done = run_.stems->write(*got); !done) return done;
      }
      if (run_.progress) run_.progress(static_cast<double>(run_.music.frames()) / kSampleRate_hz);
    }
    return {};
  }

  const ScoringRun& run_;
  std::vector<float> block_;  // [frames, 2]
  ScoringResult result_;
  stream::SteadyClock clock_;
};

}  // namespace

std::uint64_t music_frames(double video_s) {
  return static_cast<std::uint64_t>(std::llround(std::max(0.0, video_s) * kSampleRate_hz));
}

Result<ScoringResult> score_film(const ScoringRun& run) {
  return Scoring(run).go();
}

}  // namespace photoplayer::tools
