// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the director decided for the piece, for the decoder and the synthesiser. The sampler thread writes, the
/// conductor thread reads the style.
#include <array>
#include <atomic>
#include <cstdint>

namespace photoplayer::model {

struct ScoreChoices {
  std::atomic<int> style{0};
  std::atomic<int> transpose{0};                 ///< semitones from C to the tonic, −6…5
  std::atomic<std::uint32_t> scale_mask{0xAB5};  ///< bit p: pitch class p above the tonic belongs to the scale

  /// The chord planned for a row, as a set of pitch classes above the tonic; 0 = none known.
  void set_chord(std::int64_t row, std::uint16_t chroma) noexcept {
    chords_[place(row)] = (static_cast<std::uint64_t>(row) << 16) | chroma;
  }
  [[nodiscard]] std::uint16_t chord_at(std::int64_t row) const noexcept {
    const std::uint64_t entry = chords_[place(row)];
    return entry >> 16 == static_cast<std::uint64_t>(row) ? static_cast<std::uint16_t>(entry & 0xFFFFU) : 0;
  }

 private:
  static constexpr std::size_t kRows = 256;  ///< more than a window and what is kept of the past
  static std::size_t place(std::int64_t row) noexcept { return static_cast<std::size_t>(row) % kRows; }
  std::array<std::atomic<std::uint64_t>, kRows> chords_{};
};

}  // namespace photoplayer::model
