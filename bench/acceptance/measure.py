#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Acceptance of `photoplayer score`, by referees that share no code with it. See README.md."""
import argparse
import json
import sys
from pathlib import Path

import clips
import controls
import cuts
import film
import hostile
import movement
from common import Checks, Photoplayer

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("controls", "clips", "film", "cuts", "movement", "hostile", "pictures")


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS), help=f"any of {' '.join(PARTS)}; default: all")
    parser.add_argument("--video", type=Path, default=ROOT.parent / "shared/data/video", help="folder with clips")
    parser.add_argument("--binary", type=Path, default=ROOT / "build/release/bin/photoplayer")
    parser.add_argument("--bundle", type=Path, help="default: what the program finds")
    parser.add_argument("--render-clip", type=Path, default=ROOT / "build/release/bin/render_clip")
    parser.add_argument("--work", type=Path, default=Path("/tmp/photoplayer-acceptance"), help="folder for results")
    parser.add_argument("--json", type=Path, help="default: WORK/acceptance.json")
    parser.add_argument("--styles", default="electronic,electronic@150,folk@150,lofi,free",
                        help="of the 3-minute film; 'free' lets the picture decide, '@110' asks for a tempo")
    parser.add_argument("--cut-clips", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=180, help="length of the film")
    parser.add_argument("--reuse", action="store_true", help="take good runs that WORK holds already instead of new ones")
    chosen = parser.parse_args()
    unknown = [p for p in chosen.parts if p not in PARTS]
    if unknown:
        parser.error(f"no part {' '.join(unknown)}")
    return chosen


def pictures(checks, player, asked, chosen, film_path):
    import pictures as draw  # matplotlib only here
    clip, times, _ = cuts.render(chosen.render_clip, chosen.work / "cuts", 1)[0]
    player.reuse = True  # what the other parts made
    name = asked[0].stem
    draw.make(checks, player, [  # (picture, film, wav, mid, options, cuts, from, to)
        (name, asked[0], f"{name}.wav", f"{name}-1.mid", (), (), 0, None),
        ("cuts", clip, "cuts-0-1.wav", "cuts-0-1.mid", (), times, 0, None),
        ("film-electronic", film_path, "film-electronic.wav", "film-electronic.mid", ("--style", "electronic"), (), 60, 100),
        ("film-free", film_path, "film-free.wav", "film-free.mid", (), (), 0, None)])


def main():
    chosen = options()
    chosen.work.mkdir(parents=True, exist_ok=True)
    checks = Checks(chosen.json or chosen.work / "acceptance.json")
    player = Photoplayer(chosen.binary, chosen.bundle, chosen.work, chosen.reuse)
    asked = sorted(p for p in chosen.video.iterdir() if p.suffix in (".mp4", ".mkv", ".webm"))
    film_path = chosen.work / "film.mp4"
    if set(chosen.parts) & {"film", "hostile", "pictures"}:
        film.join(asked, film_path, chosen.seconds)
    if "controls" in chosen.parts:
        controls.measure(checks, chosen.work / "controls")
    if "clips" in chosen.parts:
        clips.measure(checks, player, asked)
    if "film" in chosen.parts:
        film.measure(checks, player, film_path, chosen.styles.split(","))
    if "cuts" in chosen.parts:
        cuts.measure(checks, player, cuts.render(chosen.render_clip, chosen.work / "cuts", chosen.cut_clips))
    if "movement" in chosen.parts:
        movement.measure(checks, player, asked, chosen.work / "movement")
    if "hostile" in chosen.parts:
        player.bundle = player.bundle or ROOT / "models/parlour.bundle"
        hostile.measure(checks, player, asked[0], film_path)
    if "pictures" in chosen.parts:
        pictures(checks, player, asked, chosen, film_path)
    print(f"\n{len(checks.rows)} numbers, {len(checks.failed)} failed, {checks.out}")
    for row in checks.failed:
        print(checks.line(row))
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
