#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Do accents land on cuts? Through a real live pipeline in aligned mode, measured in what it muxed.

    bench/alignment.py [--clips 6] [--work FOLDER] [--build FOLDER]

Each clip has hard cuts at irregular, known times, and white flashes of two frames in the longer gaps. A pipeline shows it at its own speed (`identity sync=true`, so that
upstream is live), the picture goes to a muxer beside the music. In the muxed file cuts and flashes are found by picture
differences and the onsets by spectral flux: neither shares code with the program, and both carry the timestamps that a
sink would have waited for. Which of them the planner took is asked of `photoplayer latency` on the same clip, seed and mode,
because the element does not say.

Reported: onset minus event for events taken (median within ±40 ms, p95 of the distance within 125 ms), share of events
taken, and the share of all with a strong onset near, against the same onsets shifted around 200 times.
"""
import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "bench/acceptance"))
import sound as listen  # noqa: E402
from common import Checks, check_output, read_sound  # noqa: E402
from cuts import render  # noqa: E402

MEDIAN_S, P95_S = 0.040, 0.125
SEARCH_S = 0.25  # an onset further away answers something else
JUMP_LEVEL = 25.0  # mean difference of grey levels between neighbours
WHITE_LEVEL = 230.0
FLASH_S = 0.08
FLASH_GAP_S = 2.8  # between cuts, for a flash in the middle
SHIFTS = 200
WIDTH, HEIGHT = 64, 36


def play(build, clip, muxed):
    """Runs the pipeline, which takes as long as the clip."""
    line = (f"filesrc location={clip} ! decodebin ! videoconvert ! identity sync=true ! tee name=t "
            "t. ! queue max-size-buffers=0 max-size-bytes=0 max-size-time=4000000000 ! jpegenc ! mux. "
            "t. ! queue leaky=downstream max-size-buffers=2 ! videoconvert ! photoplayer mode=aligned ! queue ! audioconvert ! mux. "
            f"matroskamux name=mux ! filesink location={muxed}")
    environment = dict(os.environ, GST_PLUGIN_PATH=str(build / "lib/gstreamer-1.0"), GST_DEBUG="photoplayer:4", GST_DEBUG_NO_COLOR="1")
    done = subprocess.run(["gst-launch-1.0", "-e", "-m", *line.split()], env=environment, capture_output=True, text=True, timeout=600)
    said = done.stdout + done.stderr
    if done.returncode != 0 or "upstream is live" not in said:
        raise RuntimeError(f"{clip}: the pipeline failed or was not live\n{said[-2000:]}")
    # The last state of each count tells of the whole run.
    return {name: sum(1 for row in said.splitlines() if "photoplayer-ladder" in row and f'rung=(string){name}' in row)
            for name in ("fewer-steps", "no-guidance", "look-ahead", "repeat-bar", "bed")}


def start_s(path, kind):
    text = check_output(["ffprobe", "-v", "error", "-select_streams", kind, "-show_entries", "packet=pts_time", "-read_intervals",
                         "%+#1", "-of", "csv=p=0", path]).decode()
    return float(text.split()[0].strip(","))


def add_flashes(clip, cuts):
    """→ (the clip with flashes, their times)."""
    times = [(a + b) / 2 for a, b in zip(cuts, cuts[1:]) if b - a >= FLASH_GAP_S]
    flashed = clip.with_name(clip.stem + "-flashes.mp4")
    during = "+".join(f"between(t,{t:.3f},{t + FLASH_S:.3f})" for t in times) or "0"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", clip, "-an", "-vf", f"drawbox=color=white:t=fill:enable='{during}'",
                    "-c:v", "libx264", "-crf", "16", flashed], check=True, stdin=subprocess.DEVNULL)
    return flashed, times


def picture_events(path):
    """→ [(time, kind)] of frames that are nothing like the one before, from the file's own timestamps."""
    text = check_output(["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pts_time", "-of", "csv=p=0",
                         path]).decode()
    times = [float(row.strip(",")) for row in text.split()]
    raw = check_output(["ffmpeg", "-v", "error", "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough", "-vf", f"scale={WIDTH}:{HEIGHT}",
                        "-pix_fmt", "gray", "-f", "rawvideo", "-"])
    frames = np.frombuffer(raw, np.uint8).reshape(-1, HEIGHT * WIDTH).astype(np.float32)
    found = []
    for i in np.flatnonzero(np.abs(np.diff(frames, axis=0)).mean(axis=1) > JUMP_LEVEL) + 1:
        if not found or times[i] - found[-1][0] > 2 * FLASH_S:  # else a flash's end
            found.append((times[i], "flash" if frames[i].mean() > WHITE_LEVEL else "cut"))
    return found


def nearest_onset(strength, at_s):
    """Offset of the strongest onset within reach of a moment, to a fraction of a frame."""
    first = max(1, round((at_s - SEARCH_S) / listen.HOP))
    last = min(len(strength) - 2, round((at_s + SEARCH_S) / listen.HOP))
    k = first + int(np.argmax(strength[first:last + 1]))
    before, here, after = strength[k - 1:k + 2]
    bend = before - 2 * here + after
    return (k + (0.5 * (before - after) / bend if bend < 0 else 0.0)) * listen.HOP - at_s


def accents(build, clip, seed):
    """The events that the live engine answers, as it says itself."""
    out = clip.with_suffix(".latency.json")
    subprocess.run([build / "bin/photoplayer", "latency", "--input", clip, "--seconds", "600", "--mode", "aligned", "--events", "0",
                    "--seed", seed, "--json", out], check=True, stdout=subprocess.DEVNULL)
    run = json.loads(out.read_text())
    return [e for e in run["visual_events"] if e["taken"]]


def judge(checks, kind, offsets):
    if not offsets:
        checks.add("align", kind, "onset − event taken", "none", "some", False)
        return
    middle, far = float(np.median(offsets)), float(np.percentile(np.abs(offsets), 95))
    checks.add("align", kind, "onset − event taken: median, ms", 1e3 * middle, "± 40", abs(middle) <= MEDIAN_S, f"{len(offsets)} events")
    checks.add("align", kind, "|onset − event taken|: p95, ms", 1e3 * far, "<= 125", far <= P95_S)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=6)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release")
    parser.add_argument("--work", type=Path, default=Path("/tmp/photoplayer-alignment"))
    asked = parser.parse_args()
    checks = Checks(asked.work / "alignment.json")
    clips = render(asked.build / "bin/render_clip", asked.work, asked.clips, seed=21)
    rng = np.random.default_rng(0)
    offsets, others, planned, hits, chances = {"cut": [], "flash": []}, [], [], [], []
    for plain, wished, seconds in clips:
        clip, flashes = add_flashes(plain, wished)
        muxed = clip.with_suffix(".muxed.mkv")
        rungs = play(asked.build, clip, muxed)
        music, rate = read_sound(muxed)
        late_s = start_s(muxed, "a:0")  # decoders give out sound from 0 on
        events, taken = picture_events(muxed), accents(asked.build, clip, "1")
        strength = listen.onset_strength(music, rate)
        heard = []
        for at, kind in events:
            offset = nearest_onset(strength, at - late_s)
            mine = any(abs(e["time"] - at) < 0.1 for e in taken)
            (offsets[kind] if mine else others).append(offset)
            heard.append(f"{1e3 * offset:.0f}" + ("" if mine else "*"))
        planned += [e["accent_time"] - e["time"] for e in taken if any(abs(e["time"] - at) < 0.1 for at, _ in events)]
        times = [at for at, _ in events]
        onsets = listen.strongest_onsets(music, rate, round(seconds)) + late_s
        hits.append(len(times) * listen.share_near(times, onsets, P95_S))
        chances.append([len(times) * listen.share_near(times, np.mod(onsets + d, seconds), P95_S)
                        for d in rng.uniform(0, seconds, SHIFTS)])
        checks.add("align", clip.stem, "cuts + flashes shown", f"{len(wished)}+{len(flashes)}", "", None,
                   f"found {len(events)}; ladder {rungs}; load {os.getloadavg()[0]:.1f}")
        checks.add("align", clip.stem, "onset − event, ms (* not taken)", " ".join(heard), "", None)
    for kind, mine in offsets.items():
        judge(checks, kind, mine)
    if others:
        checks.add("align", "not taken", "|onset − event|: p95, ms", 1e3 * float(np.percentile(np.abs(others), 95)), "", None, f"{len(others)} events")
    checks.add("align", "all", "|planned accent − event|: p95, ms", 1e3 * float(np.percentile(np.abs(planned), 95)), "", None)
    total, took = len(others) + sum(map(len, offsets.values())), sum(map(len, offsets.values()))
    checks.add("align", "all", "share taken", took / total, "", None, f"of {total}")
    share, shifted = sum(hits) / total, np.sum(chances, axis=0) / total
    chance = float(np.mean(shifted))
    checks.add("align", "all", "with a strong onset in 125 ms", share, "", None, f"by chance {chance:.2f}")
    checks.add("align", "all", "the same, corrected for chance", (share - chance) / (1 - chance), "", None,
               f"z = {(share - chance) / max(1e-9, float(np.std(shifted))):.1f} against {SHIFTS} circular shifts")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
