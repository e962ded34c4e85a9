#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bundles side by side: the same drawn films are scored with each, and `photoplayer eval` measures what came out.

    bench/side_by_side.py FOLDER --bundle NAME=FILE… [--films 16] [--seconds 30]
                          [--scores MIDI_FOLDER] [--recordings FOLDER --yamnet FILE] [--programs FOLDER]

Films are drawn from seeds that no training set uses; each style is asked for in turn, all else follows the picture.
`--scores` is real music for the symbolic rows, `--recordings` real music for FAD and its kin (half of it against the
other half says how good a figure can be). What is in FOLDER already is not made again. Prints a Markdown table.
"""
import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STYLES = ("piano", "chamber", "ambient", "lofi", "cinematic", "adventure", "electronic", "folk")
FIRST_SEED = 77_000


def run(program, *arguments):
    done = subprocess.run([run.programs / program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{program} {' '.join(map(str, arguments))}\n{done.stderr.strip()}")


def measured(out, *arguments):
    """Rows of `photoplayer eval` as {(group, name): value}."""
    if not out.exists():
        run("photoplayer", "eval", *arguments, "--json", out)
    return {(row["group"], row["name"]): row["value"] for row in json.loads(out.read_text())["rows"]}


def link(to, target):
    to.parent.mkdir(parents=True, exist_ok=True)
    if not to.exists():
        to.symlink_to(target.resolve())


def draw_films(folder, asked):
    films = []
    for i in range(asked.films):
        film = folder / f"{i:02}-{STYLES[i % len(STYLES)]}.mp4"
        film.parent.mkdir(parents=True, exist_ok=True)
        if not film.exists():
            run("render_clip", "-o", film, "--seconds", asked.seconds, "--seed", FIRST_SEED + i, "--style", STYLES[i % len(STYLES)])
        films.append(film)
    return films


def column(folder, bundle, films, asked):
    for i, film in enumerate(films):
        style = STYLES[i % len(STYLES)]
        sound, score = folder / "sound" / f"{film.stem}.wav", folder / "scores" / f"{film.stem}.mid"
        report = folder / "pairs" / f"{film.stem}.json"
        for out in (sound, score, report):
            out.parent.mkdir(parents=True, exist_ok=True)
        common = ("--bundle", bundle, "--style", style, "--seed", i + 1)
        if not sound.exists():
            run("photoplayer", "score", film, "-o", sound, "--report", report, *common)
        if not score.exists():
            run("photoplayer", "score", film, "-o", score, *common)
        link(folder / "pairs" / film.name, film)
        link(folder / "pairs" / sound.name, sound)
    rows = measured(folder / "pairs.json", "--pairs", folder / "pairs", "--no-referees")
    rows |= measured(folder / "scores.json", "--midi", folder / "scores", *(("--reference", asked.scores) if asked.scores else ()))
    if asked.recordings:
        rows |= measured(folder / "sound.json", "--music", folder / "sound", "--reference", asked.recordings, "--yamnet", asked.yamnet)
    return rows


def real_column(folder, asked):
    """Real music by the same measures, half of it against the other half."""
    rows = {}
    for kind, source, suffixes in (("scores", asked.scores, {".mid", ".midi"}), ("sound", asked.recordings, {".wav", ".flac"})):
        if not source:
            continue
        for i, file in enumerate(sorted(f for f in source.iterdir() if f.suffix.lower() in suffixes)):
            link(folder / kind / ("odd" if i % 2 else "even") / file.name, file)
    if asked.scores:
        rows |= measured(folder / "scores.json", "--midi", folder / "scores/odd", "--reference", folder / "scores/even")
    if asked.recordings:
        rows |= measured(folder / "sound.json", "--music", folder / "sound/odd", "--reference", folder / "sound/even",
                         "--yamnet", asked.yamnet)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--bundle", action="append", required=True, metavar="NAME=FILE")
    parser.add_argument("--films", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--scores", type=Path)
    parser.add_argument("--recordings", type=Path)
    parser.add_argument("--yamnet", type=Path)
    parser.add_argument("--programs", type=Path, default=ROOT / "build/release/bin")
    asked = parser.parse_args()
    if (asked.recordings is None) != (asked.yamnet is None):
        parser.error("--recordings and --yamnet go together")
    run.programs = asked.programs
    films = draw_films(asked.folder / "films", asked)
    columns = {}
    for named in asked.bundle:
        name, _, bundle = named.partition("=")
        columns[name] = column(asked.folder / name, bundle, films, asked)
    if asked.scores or asked.recordings:
        columns["real"] = real_column(asked.folder / "real", asked)
    names = list(dict.fromkeys(row for values in columns.values() for row in values))
    print(f"{len(films)} films of {asked.seconds:g} s\n")
    print("| | " + " | ".join(columns) + " |\n|---|" + "---|" * len(columns))
    for row in names:
        values = (columns[column].get(row) for column in columns)
        print(f"| {row[0].split(' (')[0]}: {row[1]} | " + " | ".join("" if v is None else f"{v:.3f}" for v in values) + " |")


if __name__ == "__main__":
    main()
