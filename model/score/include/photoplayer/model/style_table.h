// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What each named style sounds like: instruments, mix, phrasing, and the ranges that suit it. Constant data and pure
/// functions; any thread. The synthesiser and the MIDI writer read the same table, so that a `.mid` sounds alike.
/// Programs count from 0, as on the wire. Tested in tests/unit/score/style_table_test.cpp.
#include <photoplayer/stream/controls.h>
#include <photoplayer/stream/notes.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace photoplayer::model {

inline constexpr int kStepsPerBar = 16;
inline constexpr std::size_t kDrums = 9;  ///< classes, in the order of kDrumKeys

/// A second instrument in unison or octaves with a layer's first.
struct Doubling {
  int program = -1;  ///< General MIDI, −1 = none
  int octave = 0;
  float velocity = 1.0F;  ///< factor on the first instrument's
  float release_cents = 0.0F;
};

struct Voice {
  int program = 0;             ///< General MIDI; for drums the kit in bank 128
  float gain_db = 0.0F;        ///< in the mix; calibrated
  float pan = 0.0F;            ///< −1 left … 1 right
  float reverb = 0.3F;         ///< amplitude of the reverb beside the dry sound, about
  float chorus = 0.0F;         ///< send, 0…1
  int octave = 0;              ///< shift of what is played, in octaves
  float filter_cents = 0.0F;   ///< low pass: cutoff's travel from brightness 0 to 1; 0 = leave alone
  int velocity_lowest = 45;    ///< MIDI velocity of a note of velocity 0 …
  int velocity_highest = 112;  ///< … and 1
  Doubling doubling;
  float release_cents = 0.0F;  ///< length of the release, in timecents beside the soundfont's: −1200 halves it
  int highest_key = 127;       ///< the instrument ends here; notes above sound an octave lower
};

/// What a drum class plays in this style's kit.
struct Drum {
  int key = 0;
  float velocity = 1.0F;
};

struct Reverb {
  double room = 0.6;   ///< 0…1
  double damp = 0.3;   ///< 0…1
  double width = 0.8;  ///< 0…1
};

struct Style {
  const char* name;
  std::array<Voice, stream::kLayers> voices;  ///< indexed by stream::Layer
  std::array<Drum, kDrums> drums;
  Reverb reverb;
  float start_gain_db;                    ///< brings ordinary material to −16 LUFS
  std::array<float, kStepsPerBar> metre;  ///< added to a note's velocity by its place in the bar
  float humanise;                         ///< ± this much velocity, from a hash
  float swing;                            ///< delay of the off-beat, in sixteenths
  int swing_unit;                         ///< 1: every second sixteenth is late, 2: every second eighth
  double slow_bpm, default_bpm, fast_bpm;
  std::array<stream::ScaleMode, 3> scales;       ///< sad, neutral, happy
  float sparse, busy;                            ///< range of Controls::density that suits it
  std::array<float, stream::kLayers> enters_at;  ///< intensity from which a layer plays
};

/// `style` outside the table gives the nearest entry.
[[nodiscard]] const Style& style_at(int style) noexcept;

/// MIDI velocity 1…127 of a note: the layer's curve, the metre, a deterministic human touch by (seed, step, pitch),
/// and a mild tilt by intensity (played harder, not only turned up).
[[nodiscard]] int shaped_velocity(const Style& style, const stream::NoteEvent& event, std::uint64_t seed,
                                  float intensity) noexcept;

/// The key that sounds: octave shift for pitched layers, the kit's key for the nine drum classes.
[[nodiscard]] int sounding_key(const Style& style, const stream::NoteEvent& event) noexcept;

/// How late `step` is, in sixteenths; 0 in styles without swing. For whoever turns steps into times.
[[nodiscard]] double swing_steps(const Style& style, std::int64_t step) noexcept;

[[nodiscard]] stream::ScaleMode preferred_scale(const Style& style, float valence) noexcept;

}  // namespace photoplayer::model
