// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A standard MIDI file (format 1) of what was played: a tempo track and one track per layer, with the style's
/// programs and mix. Returns bytes; writing them is the caller's. Pure; any thread.
/// Tested in tests/unit/score/midi_file_test.cpp.
#include <photoplayer/stream/notes.h>
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace photoplayer::model {

inline constexpr int kTicksPerBeat = 480;

struct TimedNote {
  stream::NoteEvent event;
  double time_s = 0.0;  ///< when it sounded, in the film's time
};

struct MidiSettings {
  int style = 0;
  std::uint64_t seed = 1;       ///< the synthesiser's, for equal velocities
  double tempo_bpm = 120.0;     ///< used where `beats_s` does not reach
  std::vector<double> beats_s;  ///< strictly increasing; empty: constant tempo from `first_beat_s`
  double first_beat_s = 0.0;
  double duration_s = 0.0;  ///< end of the file; notes that sound on are ended there
  std::string title = "Photoplayer";
};

/// Beats fall on multiples of kTicksPerBeat whatever the tempo does. Music that starts after 0 s gets a pick-up bar
/// of its own so that the file stays in time with the film. Fails with kUsage on times that are not increasing.
[[nodiscard]] Result<std::string> write_midi(std::span<const TimedNote> notes, const MidiSettings& settings);

}  // namespace photoplayer::model
