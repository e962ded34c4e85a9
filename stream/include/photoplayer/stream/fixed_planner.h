// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Plans a sound, whose rows are latents of a fixed length and know no beat: every hop has the same number of rows,
/// nothing is bent and no accent is placed. A strong cut starts new material from pure noise. The music ends where
/// the picture does. Owned and used by the sampler's thread. Tested in tests/unit/stream/fixed_planner_test.cpp.
#include <photoplayer/stream/latent_clock.h>
#include <photoplayer/stream/planner.h>

#include <cstdint>
#include <limits>

namespace photoplayer::stream {

struct FixedPlannerSettings {
  double origin_s = 0.0;
  int hop_rows = 22;
  int context_rows = 108;
  int look_ahead_rows = 22;
  float warm_start = 0.6F;  ///< diffusion time at which provisional rows start again
  /// Instant and live: a cut is seen before the hop that follows it, and the conductor reports it.
  bool follows_cuts = false;
};

/// The most whole rows within `max_hop_s`, at least one.
[[nodiscard]] int fixed_hop_rows(double max_hop_s);

class FixedPlanner final : public Planner {
 public:
  explicit FixedPlanner(const FixedPlannerSettings& settings);

  [[nodiscard]] Span prepare(const Controls& controls) override;
  [[nodiscard]] bool at_end() const override { return false; }
  void film_ends(double /*time_s*/) override {}
  void reopen() override {}
  [[nodiscard]] Plan plan(const Timeline& timeline, double seen_until_s, const Controls& controls,
                          std::int64_t known_rows) override;
  void accept(const Plan& plan) override;
  void at_most(int rows) override { most_rows_ = rows; }
  /// The decoder cannot take back what it gave out.
  [[nodiscard]] bool step_back(std::int64_t /*row*/) override { return false; }
  void substitute(int rows) override { row_ += rows; }

  [[nodiscard]] std::int64_t row() const override { return row_; }
  [[nodiscard]] double start_s() const override { return clock_.time_s(row_); }
  [[nodiscard]] double row_s(std::int64_t row) const override { return clock_.time_s(row); }
  [[nodiscard]] bool rows_are_beats() const override { return false; }
  [[nodiscard]] double step_s() const override;

 private:
  FixedPlannerSettings settings_;
  FixedLatentClock clock_;
  std::int64_t row_ = 0;
  double answered_until_s_;
  int most_rows_ = std::numeric_limits<int>::max();
};

}  // namespace photoplayer::stream
