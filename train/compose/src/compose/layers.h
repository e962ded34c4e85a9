// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One function per layer. Each reads the sketch's form and chords and adds its notes.
#include "sketch.h"

#include <string>

namespace photoplayer::train::detail {

/// Invents each theme's tune; must come before write_melody.
void invent_tunes(Sketch& sketch, Random random);
void write_melody(Sketch& sketch, Random random);
void write_harmony(Sketch& sketch, Random random);
void write_figure(Sketch& sketch, Random random);
void write_bass(Sketch& sketch, Random random);
void write_drums(Sketch& sketch, Random random);
/// What the bass drum of a section plays, 'x' a stroke, a character per sixteenth of its bar; empty without one.
[[nodiscard]] std::string kick_line(const Sketch& sketch, const Section& section);

/// Short or bound, as the piece is played: note lengths, never beginnings.
void articulate(Sketch& sketch, Random random);

/// Tutti strokes: every sounding layer begins anew at one step, some after a rest. Comes last.
void place_accents(Sketch& sketch, Random random);
/// The last bar: every layer that plays holds the tonic.
void hold_last_bar(Sketch& sketch, Random random);

}  // namespace photoplayer::train::detail
