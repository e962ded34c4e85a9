#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes FOLDER/index.html: short films with the music that `photoplayer score` writes to them, and what came out.

Everything is made in FOLDER.part, which takes FOLDER's place at the end or goes away."""
import argparse
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys

import page
import programme
from midi_notes import read_notes

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FRAMES = 8  # in the strip above the roll


class Failure(Exception):
    pass


def say(line):
    print(line, file=sys.stderr, flush=True)


class Workshop:
    def __init__(self, options):
        self.options = options
        self.part = pathlib.Path(f"{options.folder}.part")

    def run(self, program, *arguments):
        """In the folder, with paths from there: reports repeat the paths, and they are published."""
        path = self.options.programs / program
        command = [program if program.startswith("gst-") else str(path), *map(str, arguments)]
        try:
            done = subprocess.run(command, cwd=self.part, text=True, capture_output=True, check=False)
        except OSError as error:
            raise Failure(f"{program} cannot be run ({error.strerror}); build it first: ./run build") from error
        if done.returncode:
            said = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
            line = next((line for line in said if line.startswith("ERROR")), (said or ["it said nothing"])[-1])
            raise Failure(f"{program} failed: {line.strip()}")
        return done.stdout

    def film_of(self, piece):
        if piece.clip:
            film = f"work/{piece.name}{piece.clip.suffix.lower()}"
            shutil.copyfile(piece.clip, self.part / film)
            return film
        film = f"work/{piece.name}.mp4"
        scenes = [word for scene in piece.scenes.split() if float(scene.split(":")[0]) < self.options.seconds
                  for word in ("--scene", scene)]
        self.run("render_clip", "-o", film, "--seconds", self.options.seconds, "--kbps", 700, "--style", piece.style,
                 *shlex.split(piece.drawn), *scenes)
        return film

    def frames(self, piece, film, seconds):
        """Pictures from the middle of each part of the film; one, larger, for the player."""
        rate = f"{2000 * FRAMES}/{round(seconds * 1000)}"
        self.run("gst-launch-1.0", "-q", *shlex.split(
            f"filesrc location={film} ! decodebin ! videoconvert ! videorate ! video/x-raw,framerate={rate} ! tee name=t "
            f"t. ! queue ! videoscale ! video/x-raw,width=256,pixel-aspect-ratio=1/1 ! jpegenc quality=80 ! "
            f"multifilesink location=work/small-%02d.jpg "
            f"t. ! queue ! jpegenc quality=85 ! multifilesink location=work/large-%02d.jpg"))
        strip = []
        for i in range(FRAMES):
            taken = self.part / f"work/small-{2 * i + 1:02d}.jpg"
            if taken.exists():
                strip.append(f"media/{piece.name}-{i + 1}.jpg")
                taken.rename(self.part / strip[-1])
        large = sorted((self.part / "work").glob("large-*.jpg"))
        if not strip or not large:
            raise Failure(f"{film} shows no picture")
        poster = f"media/{piece.name}.jpg"
        large[min(5, len(large) - 1)].rename(self.part / poster)
        for rest in (self.part / "work").glob("*.jpg"):
            rest.unlink()
        return strip, poster

    def make(self, piece):
        film = self.film_of(piece)
        scored, midi = f"media/{piece.name}.mp4", f"media/{piece.name}.mid"
        asked = ["--seed", piece.seed] + (["--style", piece.style] if piece.style else [])
        self.run(self.options.photoplayer, "score", film, "-o", scored, "--report", f"media/{piece.name}.json", *asked)
        self.run(self.options.photoplayer, "score", film, "-o", midi, *asked)  # same seed, same notes
        report = json.loads((self.part / f"media/{piece.name}.json").read_text())
        curves = json.loads(self.run("film_curves", scored))
        strip, poster = self.frames(piece, scored, curves["seconds"])
        return page.Result(piece=piece, film=scored, midi=midi, report_file=f"media/{piece.name}.json", poster=poster,
                           strip=strip, report=report, curves=curves, notes=read_notes((self.part / midi).read_bytes()))

    def evaluate(self):
        self.run(self.options.photoplayer, "eval", "--pairs", "media", "--no-referees", "--json", "figures.json")
        return json.loads((self.part / "figures.json").read_text())


def real_pieces():
    """Two clips from $PHOTOPLAYER_CLIPS, which must then be there, or from the shared folder, which need not."""
    named = os.environ.get("PHOTOPLAYER_CLIPS")
    folder = pathlib.Path(named or pathlib.Path(os.environ.get("PHOTOPLAYER_SHARED", ROOT.parent / "shared"), "data/video"))
    try:
        pieces = programme.real_pieces(folder)
    except OSError as error:
        if named:
            raise Failure(f"PHOTOPLAYER_CLIPS: {folder} cannot be read ({error.strerror})") from error
        pieces = []
    if named and not pieces:
        raise Failure(f"PHOTOPLAYER_CLIPS: there is no film under {programme.LARGEST_CLIP // 1_000_000} MB in {folder}")
    if len(pieces) < programme.REAL_CLIPS:
        say(f"gallery: SKIPPED {programme.REAL_CLIPS - len(pieces)} of {programme.REAL_CLIPS} real clips: "
            "none there; PHOTOPLAYER_CLIPS=FOLDER names some")
    return pieces


def put_in_place(part, folder):
    old = pathlib.Path(f"{folder}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    part.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def make_gallery(options):
    folder = options.folder
    if folder.exists() and not (folder.is_dir() and (page.is_gallery(folder) or not any(folder.iterdir()))):
        raise Failure(f"{folder} holds something else; name a folder that is new, empty or a gallery")
    pieces = (programme.DRAWN + real_pieces())[:options.pieces]
    workshop = Workshop(options)
    shutil.rmtree(workshop.part, ignore_errors=True)
    (workshop.part / "media").mkdir(parents=True)
    (workshop.part / "work").mkdir()
    try:
        results = []
        for i, piece in enumerate(pieces):
            result = workshop.make(piece)
            say(f"{i + 1}/{len(pieces)} {piece.title} ({result.report['style']}): "
                f"{result.report['audio_seconds']:.0f} s of music, {result.report['rtf']:.2f} of real time")
            results.append(result)
        shutil.rmtree(workshop.part / "work")
        (workshop.part / "index.html").write_text(page.write(results, workshop.evaluate(), page.origin(ROOT)))
        put_in_place(workshop.part, folder)
    finally:
        shutil.rmtree(workshop.part, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=ROOT / "build/gallery")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / "build/release/bin", help="where they were built")
    parser.add_argument("--photoplayer", default="photoplayer", help="another program in its place")
    parser.add_argument("--seconds", type=float, default=30, help="length of the drawn films")
    parser.add_argument("--pieces", type=int, help="only the first ones")
    options = parser.parse_args()
    options.folder, options.programs = options.folder.resolve(), options.programs.resolve()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # through the finally
    try:
        make_gallery(options)
    except KeyboardInterrupt:
        sys.exit(130)
    except Failure as failure:
        sys.exit(f"gallery: {failure}")
    except OSError as error:
        sys.exit(f"gallery: cannot write {error.filename or options.folder}: {error.strerror}")
    print(f"the gallery: {options.folder / 'index.html'}")


if __name__ == "__main__":
    main()
