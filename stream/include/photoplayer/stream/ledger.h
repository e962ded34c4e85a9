// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The engine's books: sampler and conductor write, control reads a `Report`. A mutex guards them (the render
/// thread keeps its own counters). Lists keep their newest entries, so an endless stream's memory is bounded.
#include <photoplayer/stream/hop.h>
#include <photoplayer/stream/quantiles.h>
#include <photoplayer/stream/report.h>
#include <photoplayer/stream/result.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <type_traits>
#include <vector>

namespace photoplayer::stream {

enum class Stage : std::uint8_t { kPlan, kSample, kDecode, kSynthesise };
inline constexpr std::array<const char*, 4> kStageNames = {"plan", "sample", "decode", "synthesise"};

class Ledger {
 public:
  void window_sampled(double tempo_bpm, const Controls& decided, bool fewer_steps, bool guided);
  void notes_decoded(int notes, int corrected);
  /// Live: the window in hand begins with `steps` of the `asked`, `budget_s` before its deadline.
  void paced(int steps, int asked, double budget_s);
  void steps_changed(bool raised);
  void queue(double seconds, double limit_s);
  /// Of the thread that carries the sound, as `LiveFacts::priority`; a literal.
  void priority(const char* granted);
  /// A hop that will sound, whoever made it. One that replaces others takes their entries too.
  void hop_scheduled(const Hop& hop);
  void events_seen(std::span<const ReportedEvent> events);
  /// Live, aligned: they became known when their hop was made already.
  void events_late(std::span<const ReportedEvent> events);
  void failed(const Error& error);
  void stage(Stage stage, double seconds);
  void reset();
  /// All but the render thread's counters.
  [[nodiscard]] Report report() const;
  /// The report without its lists: of the same cost at any age of the stream.
  [[nodiscard]] Report counts() const;
  /// The beats in (after_s, until_s], oldest first; the newest `kMaxBeats` of them.
  static constexpr std::ptrdiff_t kMaxBeats = 64;
  [[nodiscard]] std::vector<ReportedBeat> beats(double after_s, double until_s) const;
  /// Events that were taken and whose accents sound in (after_s, until_s], of the newest 256 events.
  [[nodiscard]] std::vector<ReportedEvent> accents(double after_s, double until_s) const;

 private:
  /// Ten hours of beats at 160 a minute.
  static constexpr std::size_t kMaxEntries = 100'000;
  template <typename Entry>
  static void keep(std::deque<Entry>& list, const std::type_identity_t<Entry>& entry) {
    list.push_back(entry);
    if (list.size() > kMaxEntries) list.pop_front();
  }

  void add_live_facts(Report& report) const;  // the mutex is held

  mutable std::mutex mutex_;
  Report counts_;  // lists unused
  std::deque<double> seams_s_, bars_s_;
  std::deque<ReportedBeat> beats_;
  std::deque<ReportedEvent> events_;
  std::array<Quantiles, kStageNames.size()> stages_;
  Quantiles queue_;
  const char* priority_ = "";
  bool any_hop_ = false;
};

/// Books the wall-clock time of a scope.
class StageTimer {
 public:
  StageTimer(Ledger& ledger, Stage stage) : ledger_(ledger), stage_(stage) {}
  ~StageTimer() {
    ledger_.stage(stage_, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count());
  }
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;

 private:
  Ledger& ledger_;
  Stage stage_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace photoplayer::stream
