# SPDX-License-Identifier: Apache-2.0
"""Referees that listen: levels, silence, clicks, onsets, beats. Pure numpy, ffmpeg and aubio as separate programs."""
import re
import subprocess

import numpy as np

from common import check_output, read_sound

HOP = 0.01  # seconds between onset-strength frames


def loudness(path):
    """→ dict: integrated LUFS, true peak dBTP, momentary LUFS (a value each 0.1 s, window of 0.4 s that ends there)."""
    text = subprocess.run(["ffmpeg", "-nostats", "-i", str(path), "-map", "0:a:0", "-af", "ebur128=peak=true", "-f", "null", "-"],
                          capture_output=True, check=True, stdin=subprocess.DEVNULL).stderr.decode()
    rows = [(float(t), float(m)) for t, m in re.findall(r"t:\s*([\d.]+)\s.*?M:\s*(-?[\d.]+|nan)", text)]
    tail = text[text.rindex("Summary:"):]
    return {"lufs": float(re.search(r"I:\s*(-?[\d.]+|nan)", tail).group(1)),
            "peak_dbtp": float(re.search(r"Peak:\s*(-?[\d.]+|nan|-inf)", tail).group(1)),
            "times": np.array([t for t, _ in rows]), "momentary": np.array([m for _, m in rows])}


def bad_samples(sound):
    return int(np.count_nonzero(~np.isfinite(sound)))


def longest_silence_s(sound, rate, threshold_db=-60.0, block_s=0.02):
    block = int(rate * block_s)
    power = np.array([np.mean(sound[i:i + block] ** 2) for i in range(0, len(sound), block)])
    longest = present = 0
    for quiet in power < 10 ** (threshold_db / 10):
        present = present + 1 if quiet else 0
        longest = max(longest, present)
    return longest * block_s


def seam_clicks(sound, rate, seams, half_s=0.001):
    """Largest |second difference| within ±1 ms of each seam, against the same number at all other places (99.9th percentile)."""
    curve = np.abs(sound[2:] - 2 * sound[1:-1] + sound[:-2]).max(axis=1)
    half = int(rate * half_s)
    at = [int(s * rate) for s in seams if half < s * rate < len(curve) - half]
    seam_values = np.array([curve[i - half:i + half + 1].max() for i in at])
    inside = np.ones(len(curve), bool)
    for i in at:
        inside[max(0, i - 4 * half):i + 4 * half] = False
    centres = np.arange(half, len(curve) - half, half)
    interior = np.array([curve[c - half:c + half].max() for c in centres if inside[c]])
    return {"times": np.array(at) / rate, "seams": seam_values, "interior_p999": float(np.percentile(interior, 99.9)),
            "interior_p50": float(np.median(interior)), "sample_p999": float(np.percentile(curve[inside], 99.9))}


def loudness_jump(measured, at_s):
    """|momentary LUFS after − before|, 0.4 s either side of a moment."""
    times, level = measured["times"], np.maximum(measured["momentary"], -70.0)
    k = int(np.clip(np.argmin(np.abs(times - 0.4 - at_s)), 4, len(level) - 1))
    return float(abs(level[k] - level[k - 4]))


def onset_strength(sound, rate):
    """Half-wave rectified flux of the log spectrum at 100 frames/s; frame k is centred on k·HOP."""
    mono = np.asarray(sound, np.float64).mean(axis=1)
    hop, size = rate * HOP, 1024
    count = int(len(mono) / hop)
    padded = np.concatenate([np.zeros(size // 2), mono, np.zeros(size)])
    frames = padded[(np.arange(count) * hop).astype(int)[:, None] + np.arange(size)]
    spectrum = np.log1p(1000 * np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)) / size)
    flux = np.maximum(spectrum[2:] - spectrum[:-2], 0).sum(axis=1)  # over 20 ms: soft attacks count
    return np.concatenate([[0.0], flux, [0.0]])


def strongest_onsets(sound, rate, count, apart_s=0.06):
    """Times of the `count` highest peaks of onset strength."""
    strength = onset_strength(sound, rate)
    peaks = [k for k in range(1, len(strength) - 1) if strength[k] >= strength[k - 1] and strength[k] > strength[k + 1]]
    chosen = []
    for k in sorted(peaks, key=lambda k: -strength[k]):
        if all(abs(k - c) * HOP >= apart_s for c in chosen):
            chosen.append(k)
        if len(chosen) == count:
            break
    return np.sort(np.array(chosen) * HOP)


def aubio_onsets(path, count):
    """The `count` of aubio's onsets with the greatest rise of level (60 ms after against 60 ms before)."""
    times = np.array([float(x) for x in check_output(["aubioonset", "-i", path]).decode().split()])
    sound, rate = read_sound(path)
    power = np.concatenate([[0.0], np.cumsum(np.mean(np.nan_to_num(sound.astype(np.float64)) ** 2, axis=1))])

    def level(begin, end):
        begin, end = (int(np.clip(t * rate, 0, len(sound))) for t in (begin, end))
        return np.sqrt(max(0.0, power[end] - power[begin]) / max(1, end - begin))
    rise = np.array([level(t - 0.01, t + 0.05) - level(t - 0.07, t - 0.01) for t in times])
    return np.sort(times[np.argsort(-rise)[:count]])


def aubio_beats(path):
    return np.array([float(x.split()[0]) for x in check_output(["aubiotrack", "-i", path]).decode().splitlines() if x.strip()])


def share_near(targets, found, tolerance_s):
    """Share of `targets` with one of `found` within the tolerance."""
    if len(targets) == 0 or len(found) == 0:
        return 0.0
    return float(np.mean([np.min(np.abs(np.asarray(found) - t)) <= tolerance_s for t in targets]))


def shares(targets, found, length_s, tolerance_s=0.12, shifts=200, seed=0):
    """→ (share near, mean share for `found` shifted around by random amounts)."""
    rng = np.random.default_rng(seed)
    chance = [share_near(targets, np.mod(np.asarray(found) + d, length_s), tolerance_s)
              for d in rng.uniform(0, length_s, shifts)]
    return share_near(targets, found, tolerance_s), float(np.mean(chance))


def metronome(beats, rate=44100):
    """→ (sound, rate): struck beats, the first of four the loudest, and softer eighths. What aubio makes of this is its best."""
    rng, out, n = np.random.default_rng(0), np.zeros(int((beats[-1] + 1) * rate)), np.arange(int(0.4 * rate)) / rate
    for i, (beat, following) in enumerate(zip(beats, beats[1:])):
        for t, gain in ((beat, 0.4 if i % 4 == 0 else 0.25), ((beat + following) / 2, 0.1)):
            at = int(t * rate)
            part = out[at:at + len(n)]
            hit = np.exp(-n / 0.08) * (0.5 * np.sin(2 * np.pi * rng.choice([220, 277, 330]) * n) + 0.3 * rng.standard_normal(len(n)))
            part += gain * hit[:len(part)]
    return np.stack([out, out], 1), rate


def beat_agreement(beats, tempo_bpm, found):
    """→ dict: the referee's tempo, its distance from the report's (×½, ×2 allowed), share of reported beats within 70 ms."""
    if len(found) < 4:
        return {"tempo": 0.0, "off": 1.0, "share": 0.0, "chance": 0.0, "factor": 0}
    tempo = 60.0 / float(np.median(np.diff(found)))
    factor = min((1.0, 0.5, 2.0), key=lambda f: abs(tempo / (tempo_bpm * f) - 1))
    off = abs(tempo / (tempo_bpm * factor) - 1)
    if factor == 0.5:  # it counts every other beat: put the ones between
        found = np.sort(np.concatenate([found, (found[1:] + found[:-1]) / 2]))
    elif factor == 2.0:  # of its two phases the one that fits; else everything off the beat would count as on it
        found = max((found[0::2], found[1::2]), key=lambda half: share_near(beats, half, 0.07))
    length = max(float(beats[-1]), float(found[-1])) + 1e-3
    share, chance = shares(beats, found, length, 0.07)
    return {"tempo": tempo, "off": off, "share": share, "chance": chance, "factor": factor}
