// SPDX-License-Identifier: Apache-2.0
#include "live_drive.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <utility>

namespace photoplayer::stream {
namespace {

constexpr double kTick_s = static_cast<double>(Conductor::kTick_frames) / Conductor::kSampleRate_hz;

void name_thread(std::thread& thread, const char* name) {
  pthread_setname_np(thread.native_handle(), name);
}

}  // namespace

LiveDrive::LiveDrive(const LiveSettings& settings, Clock& clock, const Timeline& timeline, Conductor& conductor,
                     Ledger& ledger, FrameRing& ring, RingRenderPort& port, MakeSampler make_sampler,
                     ReadControls read_controls)
    : settings_(settings),
      clock_(clock),
      timeline_(timeline),
      conductor_(conductor),
      ledger_(ledger),
      ring_(ring),
      port_(port),
      make_sampler_(std::move(make_sampler)),
      read_controls_(std::move(read_controls)),
      budget_(clock, settings.budget_s),
      block_(2 * Conductor::kTick_frames) {
  sampler_thread_ = std::thread([this] { sample(); });
  try {
    conductor_thread_ = std::thread([this] { conduct(); });
  } catch (...) {
    stop();
    throw;
  }
  name_thread(sampler_thread_, "pp-sampler");
  name_thread(conductor_thread_, "pp-conductor");
}

LiveDrive::~LiveDrive() {
  stop();
}

void LiveDrive::stop() {
  stop_.store(true);
  clock_.interrupt();
  for (std::thread* thread : {&sampler_thread_, &conductor_thread_}) {
    if (thread->joinable()) thread->join();
  }
  clock_.resume();
}

void LiveDrive::sleep_until(double time_s) {
  // The host interrupts its clock a moment before it stops us (a flush): neither a reason to work ahead nor
  // to spin.
  constexpr std::chrono::milliseconds kInterrupted{5};
  while (!clock_.wait_until(time_s) && !stop_.load()) std::this_thread::sleep_for(kInterrupted);
}

void LiveDrive::wait_past(double time_s) {
  sleep_until(std::max(clock_.now_s(), time_s) + kTick_s);
}

void LiveDrive::sleep_until_stopped() {
  constexpr double kHour_s = 3600.0;
  while (!stop_.load()) sleep_until(clock_.now_s() + kHour_s);
}

void LiveDrive::sample() try {
  sleep_until(settings_.start_s + lead_s() - settings_.budget_s);
  if (stop_.load()) return;
  const std::unique_ptr<Sampler> sampler = make_sampler_(
      std::min(timeline_.seen_until_s(), settings_.start_s + settings_.first_hop_s + settings_.analysis_s));
  Planner& planner = sampler->planner();
  {
    const Planner::Span span = planner.prepare(read_controls_());
    exchange_.open({span.start_s, planner.step_s(), span.rows});
  }
  while (!stop_.load()) {
    follow_gaps(*sampler);
    const double start_s = planner.start_s();
    const double deadline_s = start_s + lead_s();
    sleep_until(deadline_s - settings_.budget_s);
    if (stop_.load()) return;
    if (timeline_.finished()) {
      const double film_end_s = timeline_.seen_until_s();
      if (film_end_s <= start_s || planner.at_end()) {
        exchange_.end();
        sleep_until_stopped();
        return;
      }
      const double horizon_s = planner.prepare(read_controls_()).latest_end_s + settings_.analysis_s;
      if (film_end_s <= horizon_s) planner.film_ends(film_end_s);
    } else if (planner.at_end()) {
      planner.reopen();
    }
    if (nobody_takes() || budget_.hopeless(deadline_s) || !make_hop(*sampler, deadline_s)) {
      // The conductor will fill these beats when they are due; then we go on from there.
      wait_past(deadline_s);
    }
  }
} catch (const std::exception& error) {
  ledger_.failed({ErrorCode::kInternal, std::string("the sampler's thread ended: ") + error.what()});
  sleep_until_stopped();
}

bool LiveDrive::nobody_takes() const {
  // The sink is blocked or has failed: more hops would only pile up.
  constexpr double kOverdue_s = 1.0;
  const auto oldest_s = exchange_.oldest_start_s();
  return oldest_s && clock_.now_s() > *oldest_s + lead_s() + kOverdue_s;
}

bool LiveDrive::make_hop(Sampler& sampler, double deadline_s) {
  budget_.begin(deadline_s);
  auto sampled = sampler.sample(timeline_, timeline_.seen_until_s(), read_controls_(),
                                [this](int left) { return stop_.load() ? 0 : budget_.fit(left); });
  budget_.sampled();
  if (stop_.load()) return false;
  if (!sampled) {
    ledger_.failed(sampled.error());
    return false;
  }
  Hop silent = Sampler::outline(sampled->plan);
  silent.source = HopSource::kBed;
  silent.releases_before = true;
  if (!exchange_.claim(sampled->plan.first, sampled->plan.hop)) return true;  // too late: follow the gaps
  // The beats are ours now: whatever happens, something must be delivered for them.
  auto hop = commit(sampler, std::move(*sampled));
  if (!hop) ledger_.failed(hop.error());
  exchange_.deliver(hop ? std::move(*hop) : std::move(silent));
  budget_.delivered();
  return true;
}

Result<Hop> LiveDrive::commit(Sampler& sampler, Sampler::Sampled sampled) try {
  return sampler.commit(std::move(sampled));
} catch (const std::exception& error) {
  return fail(ErrorCode::kInternal, std::string("a hop could not be decoded: ") + error.what());
}

void LiveDrive::follow_gaps(Sampler& sampler) {
  for (const HopExchange::Gap& gap : exchange_.take_gaps()) sampler.substituted(gap.rows, gap.source);
}

void LiveDrive::conduct() try {
  double next_s = clock_.now_s();
  while (!stop_.load()) {
    fill();
    next_s = std::max(next_s + kTick_s, clock_.now_s());
    sleep_until(next_s);
  }
} catch (const std::exception& error) {
  ledger_.failed({ErrorCode::kInternal, std::string("the conductor's thread ended: ") + error.what()});
  sleep_until_stopped();
}

void LiveDrive::fill() {
  if (timeline_.finished()) conductor_.end_at(timeline_.seen_until_s());
  const auto jitter_frames = static_cast<std::size_t>(std::ceil(settings_.jitter_s * Conductor::kSampleRate_hz));
  while (!stop_.load()) {
    if (conductor_.finished()) {
      port_.expect_no_more(true);
      return;
    }
    if (port_.queued_frames() >= jitter_frames || ring_.free_frames() < Conductor::kTick_frames) return;
    const double allowed_s = clock_.now_s() - settings_.latency_s + settings_.jitter_s + kTick_s;
    // A microsecond's grace: the clock and the frame count round differently.
    if (conductor_.needs_until_s() > allowed_s + 1e-6) return;
    while (conductor_.planned_until_s() < conductor_.needs_until_s()) {
      if (!fetch_hop()) return;
    }
    conductor_.tick(timeline_, read_controls_());
    const std::size_t frames = conductor_.read(block_, {});
    (void)ring_.try_write(std::span(block_).first(2 * frames), port_.epoch());
  }
}

bool LiveDrive::fetch_hop() {
  if (!opened_) {
    const auto opening = exchange_.opening();
    if (!opening) return false;
    opened_ = true;
    understudy_.open(opening->start_s, opening->step_s, opening->rows);
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
