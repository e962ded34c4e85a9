# SPDX-License-Identifier: Apache-2.0
"""3. Hard cuts at known, irregular times: does the music hit them, and more than shifted music would?"""
import json
import subprocess

import numpy as np

import sound as listen
from common import read_sound

TOLERANCE_S = 0.12


def render(tool, folder, count, seed=7):
    """`count` clips of 20–30 s with cuts 1.4–5 s apart. → [(path, cut times, seconds)]"""
    folder.mkdir(parents=True, exist_ok=True)
    rng, made = np.random.default_rng(seed), []
    for i in range(count):
        seconds = float(rng.integers(20, 31))
        times, at = [], rng.uniform(1.5, 4)
        while at < seconds - 1.0:
            times.append(round(float(at), 3))
            at += rng.uniform(1.4, 5)
        clip, events = folder / f"cuts-{i}.mp4", folder / f"cuts-{i}.events.json"
        if not (clip.exists() and events.exists()):
            subprocess.run([tool, "-o", clip, "--json", events, "--seconds", str(seconds), "--seed", str(100 + i), "--width", "320",
                            "--height", "180", "--cuts", ",".join(map(str, times))], check=True, stdout=subprocess.DEVNULL)
        shown = [e["shown"] for e in json.loads(events.read_text())["events"] if e["kind"] == "cut"]
        if len(shown) < len(times) - 1:
            raise RuntimeError(f"{clip}: {len(shown)} cuts shown of {len(times)} wished")
        made.append((clip, shown, seconds))
    return made


def hits(path, cuts, seconds):
    """→ {referee: (share of cuts hit, chance)}; as many onsets as the clip has seconds."""
    music, rate = read_sound(path)
    count = round(seconds)
    found = {"flux": listen.strongest_onsets(music, rate, count), "aubio": listen.aubio_onsets(path, count)}
    return {name: listen.shares(cuts, onsets, seconds, TOLERANCE_S) for name, onsets in found.items()}


def measure(checks, player, clips, seeds=("1", "2", "3"), options=()):
    for seed in seeds:
        shares, seen, taken, asked = {"flux": [], "aubio": []}, 0, 0, 0
        for clip, cuts, seconds in clips:
            done, wav = player.score(clip, f"{clip.stem}-{seed}.wav", "--seed", seed, *options)
            if done.rc != 0:
                checks.add("cuts", clip.stem, f"seed {seed}: exit code", done.rc, "0", False, "; ".join(done.stderr[:3]))
                continue
            found = hits(wav, cuts, seconds)
            events = done.report["visual_events"]
            asked += len(cuts)
            seen += round(len(cuts) * listen.share_near(cuts, [e["time"] for e in events if e["kind"] == "cut"], 0.06))
            taken += round(len(cuts) * listen.share_near(cuts, [e["accent_time"] for e in events if e["taken"]], TOLERANCE_S))
            for name, pair in found.items():
                shares[name] += [pair] * len(cuts)
            checks.add("cuts", clip.stem, f"seed {seed}: flux hits, chance", " / ".join(f"{x:.2f}" for x in found["flux"]), "", None,
                       f"{len(cuts)} cuts; aubio {found['aubio'][0]:.2f} / {found['aubio'][1]:.2f}")
        if not asked:
            continue
        checks.add("cuts", "all", f"seed {seed}: cuts that perception saw", seen / asked, "", None,
                   f"accent planned within 120 ms: {taken / asked:.2f}")
        for name in ("flux", "aubio"):
            share, chance = np.mean(np.array(shares[name]), axis=0)
            gate = share >= 0.6 and chance <= share / 2
            checks.add("cuts", "all", f"seed {seed}: {name}: cuts hit", float(share), ">= 0.6, chance <= half",
                       gate if name == "flux" else None, f"chance {chance:.2f}")
