# SPDX-License-Identifier: Apache-2.0
"""Scores measured by other code, against what `photoplayer eval --midi FOLDER --json FILE` says of them.

    python3 bench/evaluation_referee.py FOLDER FILE     (needs mido and numpy)

Definitions: docs/evaluation.md. Prints the largest difference per measure; exit 1 if one is above 0.002."""
import json
import sys
from pathlib import Path

import mido
import numpy as np

MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)


def read(path):
    """→ notes [(start, end, pitch, drum)] and bar lines, in quarters."""
    midi = mido.MidiFile(str(path))
    notes, metres = [], [(0.0, 4.0)]
    for track in midi.tracks:
        tick, sounding = 0, {}
        for m in track:
            tick += m.time
            at = tick / midi.ticks_per_beat
            if m.type == "time_signature":
                metres.append((at, 4.0 * m.numerator / m.denominator))
            if m.type in ("note_on", "note_off"):
                key = (m.channel, m.note)
                if key in sounding:
                    start = sounding.pop(key)
                    if at > start or m.channel == 9:
                        notes.append((start, max(at, start + 1 / midi.ticks_per_beat), m.note, m.channel == 9))
                if m.type == "note_on" and m.velocity > 0:
                    sounding[key] = at
        notes += [(s, tick / midi.ticks_per_beat, p, c == 9) for (c, p), s in sounding.items()]
    metres.sort(key=lambda m: m[0])
    end, bars, at = max(n[1] for n in notes), [], 0.0
    while True:
        bars.append(at)
        if at >= end:
            return notes, np.array(bars)
        length = [m[1] for m in metres if m[0] <= at + 1e-6][-1]
        later = [m[0] for m in metres if m[0] > at + 1e-6]
        at = min([at + length] + later[:1])


def measures(path):
    notes, bars = read(path)
    classes = np.bincount([n[2] % 12 for n in notes if not n[3]], minlength=12) / max(1, sum(not n[3] for n in notes))
    entropy = float(-sum(p * np.log2(p) for p in classes if p > 0))
    scale = max(sum(classes[(t + s) % 12] for s in scale) for t in range(12) for scale in (MAJOR, MINOR))
    quarters = int(np.ceil(max(n[1] for n in notes) - 1e-6))
    empty = np.mean([not any(n[0] < q + 1 - 1e-6 and n[1] > q + 1e-6 for n in notes) for q in range(quarters)])
    grids = [np.zeros(max(1, int(np.floor(4 * (b - a) + 0.5))), bool) for a, b in zip(bars, bars[1:])]
    for start in {np.floor(4 * n[0] + 0.5) / 4 + 1e-6 for n in notes}:
        bar = int(np.searchsorted(bars, start, "right")) - 1
        step = round(4 * (start - bars[bar])) if 0 <= bar < len(grids) else -1
        if 0 <= step < len(grids[bar] if 0 <= bar < len(grids) else []):
            grids[bar][step] = True
    alike = [1 - np.mean(a != b) for i, a in enumerate(grids) for b in grids[i + 1:] if len(a) == len(b)]
    return {"pitch-class entropy": entropy, "scale consistency": float(scale), "empty-beat rate": float(empty),
            "groove similarity": float(np.mean(alike)) if alike else 1.0}


def main(folder, results):
    theirs, worst = json.loads(Path(results).read_text())["pieces"]["scores"], {}
    for path in sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in (".mid", ".midi")):
        if path.stem not in theirs:
            continue
        for name, value in measures(path).items():
            off = abs(value - theirs[path.stem][name])
            worst[name] = max(worst.get(name, (0.0, "")), (off, path.stem))
    for name, (off, where) in worst.items():
        print(f"{name:22} {off:.5f}  {where}")
    return 0 if worst and all(off <= 0.002 for off, _ in worst.values()) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
