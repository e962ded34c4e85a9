// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What passes from the sampler to the conductor: the notes of one hop with their times, or its sound. Plain values,
/// handed over whole, so neither side ever sees the other's half-done work.
#include <photoplayer/stream/notes.h>
#include <photoplayer/stream/ports.h>

#include <cstdint>
#include <vector>

namespace photoplayer::stream {

struct TimedNote {
  double time_s = 0.0;  ///< running time, accents and moved notes included
  NoteEvent event;
};

/// Who made a hop: the network, or the rung of the ladder that stood in for it.
enum class HopSource : std::uint8_t { kNetwork, kLookAhead, kRepeatBar, kBed };

struct Hop {
  std::int64_t first = 0;  ///< row (beat)
  int rows = 0;
  HopSource source = HopSource::kNetwork;
  double start_s = 0.0;
  double end_s = 0.0;
  double step_s = 0.0;                ///< length of the sixteenths that follow `end_s`
  std::vector<double> beats_s;        ///< beginning of each row, if rows are beats
  std::vector<TimedNote> notes;       ///< in order of time
  std::vector<Hit> hits;              ///< whose accents are among `notes`
  DecodedSound sound;                 ///< of a sound bundle
  bool releases_before = false;       ///< what sounds at `start_s` belongs to other material: end it there
  bool replaces = false;              ///< early: what was planned from `start_s` on gives way
  bool ends_piece = false;            ///< what sounds at `end_s` is released, nothing follows
  std::vector<NoteEvent> look_ahead;  ///< live only: notes of the provisional rows behind the hop
  int look_ahead_rows = 0;
};

}  // namespace photoplayer::stream
