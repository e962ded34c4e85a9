#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Do accents land on cuts? Through a real live pipeline in aligned mode, measured in what it muxed.

    bench/alignment.py [--clips 6] [--work FOLDER] [--build FOLDER]

Each clip has hard cuts at irregular, known times. A pipeline shows it at its own speed (`identity sync=true`, so that
upstream is live), the picture goes to a muxer beside the music. In the muxed file the cuts are found by picture
differences and the onsets by spectral flux: neither shares code with the program, and both carry the timestamps that a
sink would have waited for. Which cuts the planner took is asked of `photoplayer latency` on the same clip, seed and mode,
because the element does not say.

Reported: onset minus cut for cuts taken (median within ±40 ms, p95 of the distance within 125 ms), share of cuts taken,
and the share of all cuts with a strong onset near, against the same onsets shifted around 200 times.
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
CUT_LEVEL = 25.0  # mean difference of grey levels between neighbours
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


def picture_cuts(path):
    """Times of frames that are nothing like the one before, from the file's own timestamps."""
    text = check_output(["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pts_time", "-of", "csv=p=0",
                         path]).decode()
    times = [float(row.strip(",")) for row in text.split()]
    raw = check_output(["ffmpeg", "-v", "error", "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough", "-vf", f"scale={WIDTH}:{HEIGHT}",
                        "-pix_fmt", "gray", "-f", "rawvideo", "-"])
    frames = np.frombuffer(raw, np.uint8).reshape(-1, HEIGHT * WIDTH).astype(np.float32)
    steps = np.abs(np.diff(frames, axis=0)).mean(axis=1)
    return [times[i + 1] for i in np.flatnonzero(steps > CUT_LEVEL)]


def nearest_onset(strength, at_s):
    """Offset of the strongest onset within reach of a moment, to a fraction of a frame."""
    first = max(1, round((at_s - SEARCH_S) / listen.HOP))
    last = min(len(strength) - 2, round((at_s + SEARCH_S) / listen.HOP))
    k = first + int(np.argmax(strength[first:last + 1]))
    before, here, after = strength[k - 1:k + 2]
    bend = before - 2 * here + after
    return (k + (0.5 * (before - after) / bend if bend < 0 else 0.0)) * listen.HOP - at_s


def accents(build, clip, seed):
    """When the live engine answered which cut, as it says itself."""
    out = clip.with_suffix(".latency.json")
    subprocess.run([build / "bin/photoplayer", "latency", "--input", clip, "--seconds", "600", "--mode", "aligned", "--events", "0",
                    "--seed", seed, "--json", out], check=True, stdout=subprocess.DEVNULL)
    run = json.loads(out.read_text())
    return [e for e in run["visual_events"] if e["kind"] == "cut"], run


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=6)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release")
    parser.add_argument("--work", type=Path, default=Path("/tmp/photoplayer-alignment"))
    asked = parser.parse_args()
    checks = Checks(asked.work / "alignment.json")
    clips = render(asked.build / "bin/render_clip", asked.work, asked.clips, seed=21)
    rng = np.random.default_rng(0)
    offsets, others, hits, chances, cuts_all, taken_all, planned = [], [], [], [], 0, 0, []
    for clip, wanted, seconds in clips:
        muxed = clip.with_suffix(".muxed.mkv")
        rungs = play(asked.build, clip, muxed)
        music, rate = read_sound(muxed)
        late_s = start_s(muxed, "a:0")  # decoders give out sound from 0 on
        cuts = picture_cuts(muxed)
        seen, run = accents(asked.build, clip, "1")
        taken = [e for e in seen if e["taken"]]
        strength = listen.onset_strength(music, rate)
        mine = []
        for cut in cuts:
            offset = nearest_onset(strength, cut - late_s)
            (mine if any(abs(e["time"] - cut) < 0.1 for e in taken) else others).append(offset)
        offsets += mine
        planned += [e["accent_time"] - e["time"] for e in taken]
        onsets = listen.strongest_onsets(music, rate, round(seconds)) + late_s
        hits.append(len(cuts) * listen.share_near(cuts, onsets, P95_S))
        chances.append([len(cuts) * listen.share_near(cuts, np.mod(onsets + d, seconds), P95_S)
                        for d in rng.uniform(0, seconds, SHIFTS)])
        cuts_all, taken_all = cuts_all + len(cuts), taken_all + len(mine)
        checks.add("align", clip.stem, "cuts in the file, of wished", f"{len(cuts)}/{len(wanted)}", "", None,
                   f"taken {len(mine)}; ladder {rungs}; load {os.getloadavg()[0]:.1f}")
        if mine:
            checks.add("align", clip.stem, "onset − cut, ms", ", ".join(f"{1e3 * x:.0f}" for x in mine), "", None)
    middle, far = float(np.median(offsets)), float(np.percentile(np.abs(offsets), 95))
    checks.add("align", "all", "onset − cut taken: median, ms", 1e3 * middle, "± 40", abs(middle) <= MEDIAN_S, f"{len(offsets)} cuts")
    checks.add("align", "all", "onset − cut taken: p95, ms", 1e3 * far, "<= 125", far <= P95_S)
    checks.add("align", "all", "planned accent − cut: p95, ms", 1e3 * float(np.percentile(np.abs(planned), 95)), "", None)
    if others:
        checks.add("align", "all", "onset − cut not taken: p95, ms", 1e3 * float(np.percentile(np.abs(others), 95)), "", None, f"{len(others)} cuts")
    checks.add("align", "all", "share of cuts taken", taken_all / cuts_all, "", None, f"{cuts_all} cuts")
    share, shifted = sum(hits) / cuts_all, np.sum(chances, axis=0) / cuts_all
    chance = float(np.mean(shifted))
    checks.add("align", "all", "cuts with a strong onset in 125 ms", share, "", None, f"by chance {chance:.2f}")
    checks.add("align", "all", "the same, corrected for chance", (share - chance) / (1 - chance), "", None,
               f"z = {(share - chance) / max(1e-9, float(np.std(shifted))):.1f} against {SHIFTS} circular shifts")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
