# SPDX-License-Identifier: Apache-2.0
"""Movement without a cut: half a second of each clip, there and back for a minute. Are the turns met by onsets?"""
import subprocess

import numpy as np

import sound as listen
from common import check_output

LENGTH_S, TOLERANCE_S = 60.0, 0.07
WIDTH, HEIGHT, RATE = 480, 270, 25
STEPS = 14  # frames of one way: 0.56 s


def liveliest_way(clip):
    """Consecutive frames of the clip, [frames, height, width, 3]: those between which most changes."""
    raw = check_output(["ffmpeg", "-v", "error", "-i", clip, "-vf", f"fps={RATE},scale={WIDTH}:{HEIGHT}", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
    frames = np.frombuffer(raw, np.uint8).reshape(-1, HEIGHT, WIDTH, 3)
    change = np.array([np.abs(a.astype(np.int16) - b).mean() for a, b in zip(frames, frames[1:])])
    change = np.minimum(change, 3 * np.median(change))  # a cut is no movement
    begin = int(np.argmax(np.convolve(change, np.ones(STEPS), "valid")))
    return frames[begin:begin + STEPS + 1]


def there_and_back(clip, out):
    """→ times at which the movement turns."""
    if not out.exists():
        frames = liveliest_way(clip)
        order = [*range(STEPS), *range(STEPS, 0, -1)]
        part = out.with_suffix(".part.mp4")
        film = subprocess.Popen(["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE),
                                 "-i", "-", "-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-pix_fmt", "yuv420p", str(part)],
                                stdin=subprocess.PIPE)
        for i in range(round(LENGTH_S * RATE)):
            film.stdin.write(frames[order[i % len(order)]].tobytes())
        film.stdin.close()
        if film.wait():
            raise RuntimeError(f"ffmpeg could not make {out}")
        part.rename(out)
    return np.arange(STEPS / RATE, LENGTH_S, STEPS / RATE)


def corrected(turns, onsets):
    share, chance = listen.shares(turns, onsets, LENGTH_S, TOLERANCE_S)
    return (share - chance) / (1.0 - chance), share, chance


def measure(checks, player, clips, folder, seeds=("1", "2", "3")):
    folder.mkdir(parents=True, exist_ok=True)
    means = {}
    for clip in clips:
        film = folder / f"turns-{clip.stem}.mp4"
        turns, scores = there_and_back(clip, film), []
        for seed in seeds:
            done, wav = player.score(film, f"{film.stem}-{seed}.wav", "--seed", seed)
            if done.rc != 0:
                checks.add("movement", clip.stem, f"seed {seed}: exit code", done.rc, "0", False, "; ".join(done.stderr[:3]))
                continue
            onsets = listen.aubio_onsets(wav, 10**6)
            score, share, chance = corrected(turns, onsets)
            late, _, _ = corrected(turns[turns > LENGTH_S / 2], onsets)
            scores.append(score)
            checks.add("movement", clip.stem, f"seed {seed}: S of onsets at turns", score, "", None,
                       f"met {share:.2f}, by chance {chance:.2f}; second half {late:.2f}; tempo {done.report['tempo_bpm']:.1f} for {60 * RATE / STEPS:.1f}")
        if scores:
            means[clip.stem] = float(np.mean(scores))
    if means:
        median = float(np.median(list(means.values())))
        checks.add("movement", "all", "median clip's S", median, ">= 0.3", median >= 0.3, " ".join(f"{c} {m:.2f}" for c, m in means.items()))
