# SPDX-License-Identifier: Apache-2.0
"""Referees that read: key, layers, loops, difference, from a .mid file."""
from dataclasses import dataclass

import mido
import numpy as np

LAYERS = ("melody", "harmony", "figure", "bass", "drums")
TONICS = {"C": 0, "C#": 1, "D": 2, "Eb": 3, "E": 4, "F": 5, "F#": 6, "G": 7, "Ab": 8, "A": 9, "Bb": 10, "B": 11}
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10), "dorian": (0, 2, 3, 5, 7, 9, 10),
          "mixolydian": (0, 2, 4, 5, 7, 9, 10)}


@dataclass(frozen=True)
class Note:
    layer: str
    pitch: int
    start: float
    end: float
    velocity: int

    @property
    def pitched(self):
        return self.layer != "drums"


def read_notes(path):
    """Every note with its times in seconds; the layer is the track's name."""
    midi = mido.MidiFile(str(path))
    tempi = []
    for track in midi.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "set_tempo":
                tempi.append((tick, message.tempo))
    tempi.sort()
    knots, tempo, at_tick, at_s = [(0, 0.0, 500000)], 500000, 0, 0.0
    for tick, next_tempo in tempi:
        at_s += (tick - at_tick) * tempo / 1e6 / midi.ticks_per_beat
        at_tick, tempo = tick, next_tempo
        knots.append((at_tick, at_s, tempo))
    ticks = np.array([k[0] for k in knots])

    def seconds(tick):
        base, base_s, us = knots[int(np.searchsorted(ticks, tick, "right")) - 1]
        return base_s + (tick - base) * us / 1e6 / midi.ticks_per_beat

    notes = []
    for track in midi.tracks:
        tick, open_notes = 0, {}
        for message in track:
            tick += message.time
            if message.type == "note_on" and message.velocity > 0:
                open_notes[message.note] = (tick, message.velocity)
            elif message.type in ("note_off", "note_on") and message.note in open_notes:
                since, velocity = open_notes.pop(message.note)
                notes.append(Note(track.name, message.note, seconds(since), seconds(tick), velocity))
    return sorted(notes, key=lambda n: (n.start, n.pitch))


def in_key_share(notes, tonic, scale, begin=0.0, end=1e9):
    """Share of the sounding time of pitched notes that lies in the key; None if nothing sounds."""
    classes = {(tonic + step) % 12 for step in SCALES[scale]}
    inside = total = 0.0
    for n in notes:
        length = min(n.end, end) - max(n.start, begin)
        if n.pitched and length > 0:
            total += length
            inside += length if n.pitch % 12 in classes else 0.0
    return inside / total if total else None


def chance_key_share(notes, scale):
    return float(np.mean([in_key_share(notes, tonic, scale) or 0.0 for tonic in range(12)]))


def layers_sounding(notes, least_s=2.0):
    """Layers that sound for at least `least_s` in all (drums: eight strokes)."""
    found = []
    for layer in LAYERS:
        mine = [n for n in notes if n.layer == layer]
        if (len(mine) >= 8) if layer == "drums" else (sum(n.end - n.start for n in mine) >= least_s):
            found.append(layer)
    return found


def layers_per_bar(notes, bars):
    """Mean number of layers that sound in a bar."""
    return float(np.mean([len({n.layer for n in notes if n.start < e and n.end > s}) for s, e in zip(bars, bars[1:])]))


def bar_patterns(notes, bars, layer=None):
    """Per bar the set of (layer, sixteenth, pitch) that begin in it."""
    patterns = [set() for _ in bars[1:]]
    starts = np.asarray(bars)
    for n in notes:
        if layer is not None and n.layer != layer:
            continue
        i = int(np.searchsorted(starts, n.start + 0.01, "right")) - 1
        if 0 <= i < len(patterns):
            step = round(16 * (n.start - starts[i]) / (starts[i + 1] - starts[i]))
            patterns[i].add((n.layer, step, n.pitch))
    return patterns


def longest_loop(patterns, alike=0.9):
    """Most bars in a row that are (nearly) the same as the one before; empty bars do not count."""
    longest = present = 1 if any(patterns) else 0
    for before, now in zip(patterns, patterns[1:]):
        same = bool(before) and bool(now) and len(before & now) / len(before | now) >= alike
        present = present + 1 if same else 1
        longest = max(longest, present)
    return longest


def likeness(a, b, grid_s=0.06):
    """Jaccard index of (layer, time in `grid_s`, pitch) over the common length: 1 = the same notes whatever their velocities."""
    if not a or not b:
        return 0.0
    end = min(max(n.start for n in a), max(n.start for n in b)) + grid_s
    keys = [{(n.layer, round(n.start / grid_s), n.pitch) for n in notes if n.start <= end} for notes in (a, b)]
    return len(keys[0] & keys[1]) / max(1, len(keys[0] | keys[1]))


def density(notes, seconds):
    return {layer: round(sum(n.layer == layer for n in notes) / max(seconds, 1e-9), 2) for layer in LAYERS}
