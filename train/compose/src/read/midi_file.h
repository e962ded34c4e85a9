// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Reads a Standard MIDI File (format 0 or 1) into notes and maps of tempo and metre. Bytes are untrusted.
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace photoplayer::train::detail {

struct MidiNote {
  std::int64_t start_tick = 0, end_tick = 0;
  std::uint8_t channel = 0, pitch = 0, velocity = 0;
  std::uint8_t program = 0;  ///< General MIDI program of the channel when the note began
  int track = 0;
};
struct MidiTempo {
  std::int64_t tick = 0;
  double bpm = 120.0;  ///< quarter notes per minute
};
struct MidiMetre {
  std::int64_t tick = 0;
  int numerator = 4, denominator = 4;
};

struct MidiFile {
  int ticks_per_quarter = 480;
  std::vector<MidiNote> notes;    ///< by start
  std::vector<MidiTempo> tempos;  ///< by tick
  std::vector<MidiMetre> metres;  ///< by tick
  std::int64_t end_tick = 0;      ///< of the last note
};

[[nodiscard]] Result<MidiFile> parse_midi(std::span<const std::uint8_t> bytes, const std::string& name);

}  // namespace photoplayer::train::detail
