# SPDX-License-Identifier: Apache-2.0
"""Every metric on material whose answer is known: one that must pass and one that must fail."""
import numpy as np

import film
import notes as read
import sound as listen
from common import read_sound, write_wav

RATE = 44100


def strokes(times, length_s, gains=None, decay_s=0.08, seed=0, noise=0.3):
    """Plucked noises and tones at the given times."""
    rng, out = np.random.default_rng(seed), np.zeros(int(length_s * RATE))
    for i, t in enumerate(times):
        n = np.arange(int(0.4 * RATE)) / RATE
        hit = np.exp(-n / decay_s) * (0.5 * np.sin(2 * np.pi * rng.choice([220, 277, 330]) * n) + noise * rng.standard_normal(len(n)))
        at = int(t * RATE)
        stop = min(len(out), at + len(hit))
        out[at:stop] += (1.0 if gains is None else gains[i]) * hit[:max(0, stop - at)]
    return np.stack([out, out], 1).astype(np.float32)


def pad(length_s, level=0.1):
    t = np.arange(int(length_s * RATE)) / RATE
    one = level * sum(np.sin(2 * np.pi * f * t) for f in (220, 277.2, 329.6)) / 3
    return np.stack([one, one], 1).astype(np.float32)


def note_list(pitches, step_s=0.5, layer="melody"):
    return [read.Note(layer, p, i * step_s, (i + 1) * step_s, 80) for i, p in enumerate(pitches)]


def measure(checks, folder):
    folder.mkdir(parents=True, exist_ok=True)

    def both(what, good, bad, note=""):
        """`good` and `bad`: does the metric pass on the good and on the bad material?"""
        checks.add("controls", what, "good passes, bad fails", f"{bool(good)}, {bool(bad)}", "True, False", bool(good) and not bad, note)

    levels(both, folder)
    cut_hits(both, folder)
    beats(both, folder)
    seams(both, folder)
    scores(both)


def levels(both, folder):
    tone = pad(12, 0.35)
    quiet, hot = (write_wav(folder / f"{n}.wav", s, RATE) for n, s in (("quiet", tone * 0.2), ("hot", np.clip(tone * 12, -1, 1))))
    scaled = tone * 10 ** ((-16 - listen.loudness(write_wav(folder / "tone.wav", tone, RATE))["lufs"]) / 20)
    fine = listen.loudness(write_wav(folder / "fine.wav", scaled, RATE))
    both("loudness", abs(fine["lufs"] + 16) <= 2, abs(listen.loudness(quiet)["lufs"] + 16) <= 2, f"{fine['lufs']} LUFS")
    both("true peak", fine["peak_dbtp"] <= -1, listen.loudness(hot)["peak_dbtp"] <= -1)
    hole = tone.copy()
    hole[3 * RATE:int(5.2 * RATE)] = 1e-5
    both("silence", listen.longest_silence_s(tone, RATE) <= 2, listen.longest_silence_s(hole, RATE) <= 2)
    hole[5, 0] = np.nan
    both("NaN survives decoding", listen.bad_samples(tone) == 0, listen.bad_samples(read_sound(write_wav(folder / "nan.wav", hole, RATE))[0]) == 0)


def cut_hits(both, folder):
    cuts, length = np.array([2.31, 5.07, 6.62, 10.45, 13.9, 15.33, 19.71, 22.04]), 26.0
    grid = np.arange(0.2, length, 0.5)  # 120 BPM, accents without regard to the cuts
    rng = np.random.default_rng(3)
    cases = {"hit": (np.concatenate([grid, cuts + 0.03]), np.concatenate([0.15 + 0.1 * rng.random(len(grid)), np.full(len(cuts), 0.9)])),
             "steady": (grid, 0.2 + 0.6 * rng.random(len(grid))),
             "late": (np.concatenate([grid, cuts + 0.25]), np.concatenate([0.15 + 0.1 * rng.random(len(grid)), np.full(len(cuts), 0.9)]))}
    found = {}
    for name, (times, gains) in cases.items():
        path = write_wav(folder / f"cuts-{name}.wav", strokes(times, length, gains) * 0.5 + pad(length, 0.05), RATE)
        music, rate = read_sound(path)
        found[name] = {"flux": listen.shares(cuts, listen.strongest_onsets(music, rate, round(length)), length),
                       "aubio": listen.shares(cuts, listen.aubio_onsets(path, round(length)), length)}
    for referee in ("flux", "aubio"):
        passes = {name: found[name][referee][0] >= 0.6 and found[name][referee][1] <= found[name][referee][0] / 2 for name in found}
        note = "; ".join(f"{n} {found[n][referee][0]:.2f}/{found[n][referee][1]:.2f}" for n in found)
        both(f"cuts by {referee}", passes["hit"], passes["steady"] or passes["late"], note)
    marks = np.array([1.0, 2.0, 3.5, 7.25])
    where = listen.strongest_onsets(strokes(marks, 9), RATE, 4)
    error = float(np.max(np.abs(where - marks))) if len(where) == 4 else 9.0
    both("onset times within 20 ms", error <= 0.02, float(np.max(np.abs(where - marks - 0.05))) <= 0.02, f"{1000 * error:.0f} ms")


def beats(both, folder):
    # Eighths, the beats louder. Of quarters alone aubio hears half the tempo; at exactly 120 BPM it is lost half of the time.
    grid, eighths = np.arange(0.3, 60, 0.55), np.arange(0.3, 60, 0.275)
    gains = np.where(np.arange(len(eighths)) % 2 == 0, np.where(np.arange(len(eighths)) % 8 == 0, 0.8, 0.5), 0.2)
    path = write_wav(folder / "beats.wav", strokes(eighths, 60, gains) * 0.5, RATE)
    found = listen.aubio_beats(path)
    right = listen.beat_agreement(grid, 60 / 0.55, found)
    shifted = listen.beat_agreement(grid + 0.2, 60 / 0.55, found)
    slower = listen.beat_agreement(grid, 60 / 0.55 * 0.93, found)
    both("aubio's beats", right["share"] >= 0.7, shifted["share"] >= 0.7, f"{right['share']:.2f}, off the beat {shifted['share']:.2f}")
    both("aubio's tempo", right["off"] <= 0.03, slower["off"] <= 0.03, f"{right['tempo']:.1f} BPM ×{right['factor']}")


def seams(both, folder):
    beats = np.arange(0.3, 170, 0.55)
    joints, places = np.arange(3.0, 168, 2.2), beats[3::3]
    music = strokes(beats, 170, noise=0.02) * 0.3 + pad(170)
    clicked, stepped = music.copy(), music.copy()
    at = int(joints[7] * RATE)
    clicked[at:] *= -1  # one turned phase
    clicked[at:at + 2] += 0.6
    for t in places[::3]:
        stepped[int(t * RATE):int((t + 1.65) * RATE)] *= 0.25
    clean, dirty = (listen.seam_clicks(m, RATE, joints) for m in (music, clicked))
    both("click at a seam", clean["seams"].max() <= clean["interior_p999"], dirty["seams"].max() <= dirty["interior_p999"])

    def jump_passes(sound, name):
        measured = listen.loudness(write_wav(folder / name, sound, RATE))
        beyond, count = film.beyond_limit(film.by_place(measured, beats[3:-6], 3, places, np.array([])))
        return film.tail_probability(beyond, count, 0.05) >= 0.01
    both("loudness jump at seams", jump_passes(music, "even.wav"), jump_passes(stepped, "steps.wav"))


def scores(both):
    rng = np.random.default_rng(1)
    inside = note_list([60 + read.SCALES["major"][i] for i in rng.integers(0, 7, 200)])
    anything = note_list(rng.integers(55, 80, 200).tolist())
    both("in key", read.in_key_share(inside, 0, "major") >= 0.9, read.in_key_share(anything, 0, "major") >= 0.9)
    both("in key, wrong tonic", read.in_key_share(inside, 0, "major") >= 0.9, read.in_key_share(inside, 6, "major") >= 0.9)
    bars = list(np.arange(0, 101, 2.0))
    loop = note_list([60, 64, 67, 72] * 50)
    both("loops", read.longest_loop(read.bar_patterns(inside, bars)) <= 5, read.longest_loop(read.bar_patterns(loop, bars)) <= 5)
    other = [read.Note(n.layer, n.pitch, n.start + 0.004, n.end, 100) for n in inside]
    both("other music", read.likeness(inside, anything) < 0.5, read.likeness(inside, other) < 0.5, "bad: same notes, other velocities")
    three = inside + note_list([36] * 40, 2.0, "bass") + note_list([38] * 40, 0.5, "drums")
    both("layers", len(read.layers_sounding(three)) >= 3, len(read.layers_sounding(inside)) >= 3)
