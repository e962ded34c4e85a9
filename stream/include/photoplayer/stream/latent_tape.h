// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The latents of the piece: final ones, which are sounding or about to, and behind them the provisional
/// look-ahead of the last window. Owned and used by the sampler's thread. Tested in
/// tests/unit/stream/latent_tape_test.cpp.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace photoplayer::stream {

/// How a provisional row becomes a final one.
enum class Handover : std::uint8_t {
  kOnBeat,     ///< score latents: the new row replaces the old, since an average of two scores is neither
  kCrossfade,  ///< audio latents: a correlation-aware crossfade over a few rows
};

/// ((1−w)a + wb) / sqrt((1−w)² + w² + 2w(1−w)ρ): keeps the level whether a and b are the same (ρ = 1) or
/// unrelated (ρ = 0). Arithmetic: shared/reference/realtime.md §2.2.
[[nodiscard]] float level_keeping_mix(float a, float b, float w, float rho) noexcept;
/// ρ of two blocks of latents, in −1…1; 0 if either is silent.
[[nodiscard]] float correlation(std::span<const float> a, std::span<const float> b) noexcept;

class LatentTape {
 public:
  LatentTape(int dims, int kept_rows, Handover handover, int fade_rows = 4);

  [[nodiscard]] int dims() const noexcept { return dims_; }
  [[nodiscard]] std::int64_t first_row() const noexcept { return first_; }      ///< oldest that is kept
  [[nodiscard]] std::int64_t final_end() const noexcept { return final_end_; }  ///< first that is not final
  [[nodiscard]] std::int64_t end() const noexcept;                              ///< first that does not exist

  /// Rows [from, to) as stored, final or provisional; clipped to what exists. Valid until the next change.
  [[nodiscard]] std::span<const float> rows(std::int64_t from, std::int64_t to) const noexcept;

  /// `latents` [hop + look-ahead, dims] begin at `final_end()`: the first `hop` become final, the rest
  /// provisional. `unrelated`: a cut with other material follows, so nothing is blended even if the handover
  /// is a crossfade.
  void commit(std::span<const float> latents, int hop, bool unrelated = false);
  /// Makes `count` rows final without new latents: provisional ones as far as they go, then copies of the
  /// rows `repeat_rows` before. For what the ladder played in place of a late hop.
  void commit_substitute(int count, int repeat_rows);
  /// Rows from `row` on are not final after all: an early hop will replace them.
  void reopen(std::int64_t row);
  /// Goes on `count` rows later with nothing before: what was there is forgotten.
  void skip(int count);
  void reset();

 private:
  [[nodiscard]] std::size_t offset(std::int64_t row) const noexcept;
  void forget_old();

  int dims_;
  int kept_rows_;
  Handover handover_;
  int fade_rows_;
  std::int64_t first_ = 0;
  std::int64_t final_end_ = 0;
  std::vector<float> data_;  // [row, dim]
};

}  // namespace photoplayer::stream
