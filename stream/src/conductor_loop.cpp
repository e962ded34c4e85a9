// SPDX-License-Identifier: Apache-2.0
#include "conductor_loop.h"

#include "thread_priority.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <string>
#include <utility>

namespace photoplayer::stream {
namespace {

/// Between two turns, for the threads without its priority.
constexpr double kLeastSleep_s = 0.001;

}  // namespace

ConductorLoop::ConductorLoop(const LiveSettings& settings, LivePace& pace, const Timeline& timeline,
                             Conductor& conductor, Ledger& ledger, FrameRing& ring, RingRenderPort& port,
                             HopExchange& exchange, ReadControls read_controls)
    : settings_(settings),
      pace_(pace),
      timeline_(timeline),
      conductor_(conductor),
      ledger_(ledger),
      ring_(ring),
      port_(port),
      exchange_(exchange),
      read_controls_(std::move(read_controls)),
      reflex_(settings.start_s, settings.notes),
      block_(2 * Conductor::kTick_frames) {}

void ConductorLoop::run() try {
  ledger_.priority(raise_own_priority());
  double next_s = pace_.now_s();
  while (!pace_.stopped()) {
    fill();
    book_queue();
    next_s = std::max(next_s + kTick_s, pace_.now_s() + kLeastSleep_s);
    pace_.sleep_until(next_s);
  }
} catch (const std::exception& error) {
  ledger_.failed({ErrorCode::kInternal, std::string("the conductor's thread ended: ") + error.what()});
  pace_.sleep_until_stopped();
}

void ConductorLoop::book_queue() {
  if (!opened_) return;
  const std::size_t frames = port_.queued_frames() + conductor_.waiting_sound_frames();
  ledger_.queue(static_cast<double>(frames) / Conductor::kSampleRate_hz,
                settings_.jitter_s + (settings_.notes ? 0.0 : settings_.longest_hop_s));
}

void ConductorLoop::react(const Controls& controls) {
  const Reflex::Answer answer = reflex_.answer(timeline_, conductor_.now_s(), controls.follow);
  for (const Hit& hit : answer.hits) conductor_.accent(hit);
  if (!answer.events.empty()) ledger_.events_seen(answer.events);
}

void ConductorLoop::fill() {
  if (timeline_.finished()) conductor_.end_at(timeline_.seen_until_s());
  const auto jitter_frames = static_cast<std::size_t>(std::ceil(settings_.jitter_s * Conductor::kSampleRate_hz));
  const std::size_t most_ticks = jitter_frames / Conductor::kTick_frames + 2;
  for (std::size_t ticks = 0; ticks < most_ticks && !pace_.stopped(); ++ticks) {
    if (conductor_.finished()) {
      port_.expect_no_more(true);
      return;
    }
    // A block more must not make it more than the jitter buffer.
    if (port_.queued_frames() + Conductor::kTick_frames > jitter_frames ||
        ring_.free_frames() < Conductor::kTick_frames) {
      return;
    }
    const double allowed_s = pace_.now_s() - settings_.latency_s + settings_.jitter_s + kTick_s;
    // A microsecond's grace: the clock and the frame count round differently.
    if (conductor_.needs_until_s() > allowed_s + 1e-6) return;
    while (conductor_.planned_until_s() < conductor_.needs_until_s() ||
           !exchange_.may_render(conductor_.needs_until_s())) {
      if (!fetch_hop()) return;
    }
    const Controls controls = read_controls_();
    if (!settings_.aligned) react(controls);
    conductor_.tick(timeline_, controls);
    const std::size_t frames = conductor_.read(block_, {});
    (void)ring_.try_write(std::span(block_).first(2 * frames), port_.epoch());
  }
}

bool ConductorLoop::fetch_hop() {
  if (!opened_) {
    const auto opening = exchange_.opening();
    if (!opening) return false;
    opened_ = true;
    understudy_.open(opening->start_s, opening->step_s, opening->rows, opening->rows_are_beats);
    conductor_.silent_until(opening->start_s);
    return true;
  }
  Hop hop;
  switch (exchange_.take(hop)) {
    case HopExchange::Next::kHop:
      break;
    case HopExchange::Next::kSoon:
      return false;
    case HopExchange::Next::kEnd:
      conductor_.no_more_hops();
      return true;
    case HopExchange::Next::kMissing:
      hop = understudy_.stand_in();
      if (!exchange_.fill(hop)) return false;
      break;
  }
  understudy_.listen(hop);
  conductor_.schedule(hop);
  return true;
}

}  // namespace photoplayer::stream
