// SPDX-License-Identifier: Apache-2.0
#include "sampler_loop.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <string>
#include <utility>

namespace photoplayer::stream {
namespace {

/// A first hop is no shorter than this: the next must be made while it sounds.
constexpr double kSmallHop_s = 0.3;
constexpr int kGrowth = 2;
constexpr int kAnyRows = std::numeric_limits<int>::max();
/// As for new material in the planners.
constexpr float kStrongCut = 0.5F;
/// How often a sleeping sampler looks for one.
constexpr double kLook_s = 0.02;
/// For the conductor, which may be a tick ahead.
constexpr double kHandOver_s = 2.0 * kTick_s;

}  // namespace

SamplerLoop::SamplerLoop(const LiveSettings& settings, LivePace& pace, const Timeline& timeline, Ledger& ledger,
                         HopExchange& exchange, MakeSampler make_sampler, ReadControls read_controls)
    : settings_(settings),
      pace_(pace),
      timeline_(timeline),
      ledger_(ledger),
      exchange_(exchange),
      make_sampler_(std::move(make_sampler)),
      read_controls_(std::move(read_controls)),
      budget_(pace.clock(), settings.budget_s, settings.guided),
      step_count_(settings.steps),
      late_events_(settings.start_s) {}

void SamplerLoop::run() try {
  pace_.sleep_until(settings_.start_s + settings_.lead_s() - settings_.budget_s);
  if (pace_.stopped()) return;
  begin();
  while (!pace_.stopped()) {
    if (turn()) continue;
    exchange_.end();
    pace_.sleep_until_stopped();
  }
} catch (const std::exception& error) {
  ledger_.failed({ErrorCode::kInternal, std::string("the sampler's thread ended: ") + error.what()});
  pace_.sleep_until_stopped();
}

void SamplerLoop::begin() {
  sampler_ = make_sampler_(
      std::min(timeline_.seen_until_s(), settings_.start_s + settings_.first_hop_s + settings_.analysis_s));
  Planner& planner = sampler_->planner();
  const double row_s = kStepsPerBeat * planner.step_s();
  small_rows_ = std::max(1, static_cast<int>(std::ceil(std::max(kSmallHop_s, settings_.budget_s) / row_s)));
  grow(small_rows_);
  const Planner::Span span = planner.prepare(read_controls_());
  exchange_.open({span.start_s, planner.step_s(), span.rows, planner.rows_are_beats()});
}

void SamplerLoop::grow(int rows) {
  most_rows_ = rows;
  sampler_->planner().at_most(rows);
}

double SamplerLoop::budget_s() const {
  const double needed_s = budget_.needed_s(step_count_.steps());
  // Aligned, the picture says how early a hop can begin. Instant, it is the older the earlier: fewer steps then.
  return settings_.aligned ? needed_s : std::min(needed_s, settings_.budget_s);
}

bool SamplerLoop::turn() {
  follow_gaps();
  report_late_events();
  Planner& planner = sampler_->planner();
  const double start_s = planner.start_s();
  const double deadline_s = start_s + settings_.lead_s();
  if (!sleep_to_start(planner.prepare(read_controls_()), deadline_s)) {
    make_early_hop();
    return true;
  }
  if (pace_.stopped()) return true;
  if (timeline_.finished()) {
    const double film_end_s = timeline_.seen_until_s();
    if (film_end_s <= start_s || planner.at_end()) return false;
    const double horizon_s = planner.prepare(read_controls_()).latest_end_s + settings_.analysis_s;
    if (film_end_s <= horizon_s) planner.film_ends(film_end_s);
  } else if (planner.at_end()) {
    planner.reopen();
  }
  if (nobody_takes() || budget_.hopeless(deadline_s)) {
    // The conductor will fill these beats when they are due; then we go on from there, with what is seen then.
    pace_.wait_past(deadline_s);
  } else {
    make_hop(deadline_s, false);
  }
  return true;
}

bool SamplerLoop::sleep_to_start(const Planner::Span& span, double deadline_s) {
  // The start-up budget reaches back to where the longest hop's picture is known, a measured one must not go further.
  const double known_s = settings_.aligned
                             ? std::min(span.latest_end_s + settings_.analysis_s, deadline_s - settings_.budget_s)
                             : -std::numeric_limits<double>::infinity();
  const double begin_s = std::max(deadline_s - budget_s(), known_s);
  if (settings_.aligned) {
    pace_.sleep_until(begin_s);
    return true;
  }
  while (!pace_.stopped() && pace_.now_s() < begin_s) {
    pace_.sleep_until(std::min(begin_s, pace_.now_s() + kLook_s));
    // With a hop not yet taken there is nothing to replace so far.
    if (pace_.now_s() < begin_s && !exchange_.oldest_start_s() && new_cut()) return false;
  }
  return true;
}

bool SamplerLoop::new_cut() {
  bool found = false;
  for (const VisualEvent& event : timeline_.events(cuts_known_until_s_, pace_.now_s())) {
    if (event.kind != VisualEventKind::kCut || event.strength < kStrongCut) continue;
    cuts_known_until_s_ = std::nextafter(event.time_s, std::numeric_limits<double>::infinity());
    found = true;
  }
  return found;
}

void SamplerLoop::make_early_hop() {
  Planner& planner = sampler_->planner();
  if (timeline_.finished() || planner.at_end() || read_controls_().follow <= 0.0F) return;
  const std::int64_t next = planner.row();
  const double ready_s = pace_.now_s() + budget_s() + kHandOver_s;
  for (std::int64_t row = last_first_ + 1; row < next; ++row) {
    const double deadline_s = planner.row_s(row) + settings_.lead_s();
    if (deadline_s < ready_s) continue;
    if (!planner.step_back(row)) return;
    grow(small_rows_);
    make_hop(deadline_s, true);
    // Not taken: on from where we were.
    if (planner.row() == row) planner.substitute(static_cast<int>(next - row));
    return;
  }
}

bool SamplerLoop::nobody_takes() const {
  // The sink is blocked or has failed: more hops would only pile up.
  constexpr double kOverdue_s = 1.0;
  const auto oldest_s = exchange_.oldest_start_s();
  return oldest_s && pace_.now_s() > *oldest_s + settings_.lead_s() + kOverdue_s;
}

bool SamplerLoop::claim(const Plan& plan, bool early) {
  return early ? exchange_.claim_back(plan.first, plan.hop, plan.start_s) : exchange_.claim(plan.first, plan.hop);
}

void SamplerLoop::make_hop(double deadline_s, bool early) {
  ledger_.paced(step_count_.steps(), settings_.steps, budget_s());
  budget_.begin(deadline_s);
  RunLimits limits;
  limits.steps = step_count_.steps();
  limits.steps_that_fit = [this](int left) { return pace_.stopped() ? 0 : budget_.fit(left); };
  if (settings_.guided) limits.guidance_fits = [this] { return budget_.guidance_fits(); };
  (void)new_cut();  // those known by now are answered by this window
  auto sampled = sampler_->sample(timeline_, timeline_.seen_until_s(), read_controls_(), limits);
  budget_.sampled();
  if (pace_.stopped()) return;
  if (!sampled) {
    ledger_.failed(sampled.error());
    if (!early) pace_.wait_past(deadline_s);
    return;
  }
  if (!claim(sampled->plan, early)) return;  // too late: follow the gaps, which are booked there
  // The beats are ours now: whatever happens, something must be delivered for them.
  const bool shed = sampled->fewer_steps || !sampled->window.guided;
  const std::int64_t first = sampled->plan.first;
  const int rows = sampled->plan.hop;
  Hop silent = Sampler::outline(sampled->plan);
  silent.source = HopSource::kBed;
  silent.releases_before = true;
  silent.replaces = early;
  late_events_.answered(sampled->plan.events);
  auto hop = commit(std::move(*sampled));
  if (!hop) ledger_.failed(hop.error());
  exchange_.deliver(hop ? std::move(*hop) : std::move(silent));
  budget_.delivered();
  last_first_ = first;
  if (most_rows_ != kAnyRows) grow(rows < most_rows_ ? kAnyRows : kGrowth * most_rows_);
  book(shed);
}

Result<Hop> SamplerLoop::commit(Sampler::Sampled sampled) try {
  return sampler_->commit(std::move(sampled));
} catch (const std::exception& error) {
  return fail(ErrorCode::kInternal, std::string("a hop could not be decoded: ") + error.what());
}

void SamplerLoop::follow_gaps() {
  for (const HopExchange::Gap& gap : exchange_.take_gaps()) {
    Planner& planner = sampler_->planner();
    last_first_ = planner.row();
    const double from_s = planner.start_s();
    sampler_->substituted(gap.rows, gap.source);
    if (settings_.aligned) miss_events(from_s, planner.start_s());
    // What sounds is not ours any more: begin again as at the start.
    if (gap.source != HopSource::kLookAhead) grow(small_rows_);
    book(true);
  }
}

void SamplerLoop::miss_events(double from_s, double to_s) {
  std::vector<ReportedEvent> missed;
  for (const VisualEvent& event : timeline_.events(from_s, to_s)) missed.push_back({event, false, 0.0});
  late_events_.answered(missed);
  if (!missed.empty()) ledger_.events_seen(missed);
}

void SamplerLoop::report_late_events() {
  if (!settings_.aligned) return;  // instant, an event is answered when it is known
  const std::vector<ReportedEvent> late = late_events_.find(timeline_, sampler_->planner().start_s());
  if (!late.empty()) ledger_.events_late(late);
}

void SamplerLoop::book(bool shed) {
  const StepCount::Change change = step_count_.hop(pace_.now_s(), shed);
  if (change != StepCount::Change::kNone) ledger_.steps_changed(change == StepCount::Change::kRaised);
}

}  // namespace photoplayer::stream
