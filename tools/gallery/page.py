# SPDX-License-Identifier: Apache-2.0
"""The gallery's page: page.html and piece.html, filled in."""
import dataclasses
import datetime
import html
import os
import pathlib
import re
import statistics
import string
import subprocess

import drawing

HERE = pathlib.Path(__file__).resolve().parent
MARK = '<meta name="generator" content="photoplayer gallery">'


@dataclasses.dataclass
class Result:
    piece: object
    film: str
    midi: str
    report_file: str
    poster: str
    strip: list
    report: dict
    curves: dict
    notes: list


def is_gallery(folder):
    index = folder / "index.html"
    return index.is_file() and MARK in index.read_text(errors="replace")


def fill(template, **words):
    return string.Template((HERE / template).read_text()).substitute(words)


def number(value, digits=1, unit=""):
    return "–" if value is None else f"{value:.{digits}f}{unit}".replace("-", "−")


def origin(root):
    """(commit, machine)."""
    def git(*words):
        try:
            done = subprocess.run(["git", "-C", root, *words], capture_output=True, text=True, check=False)
        except OSError:
            return ""
        return done.stdout.strip() if done.returncode == 0 else ""
    commit = git("rev-parse", "--short=10", "HEAD") or "unknown"
    if git("status", "--porcelain", "--untracked-files=no"):
        commit += " with local changes"
    model = ""
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
        model = found.group(1) if found else ""
    except OSError:
        pass
    cores = len(os.sched_getaffinity(0))
    return commit, f"{model or os.uname().machine}, {cores} {'core' if cores == 1 else 'cores'}"


def at(share):
    return f"{100 * share:.3f}%"


def rho(row):
    return None if row is None else row["value"]


def key_of(report):
    return f"{report['key']} {report['scale']}" if report["key"] else "none"


def accents(result):
    """A mark over each planned accent, and an empty one over each cut that got none."""
    seconds, marks = result.curves["seconds"], []
    for event in result.report["visual_events"]:
        time = event["accent_time"] if event["taken"] else event["time"]
        if event["taken"] or event["kind"] == "cut":
            marks.append(f'<i class="{"taken" if event["taken"] else "missed"}" style="left:{at(time / seconds)}"></i>')
    return "".join(marks)


def ticks(seconds):
    step = next(step for step in (1, 2, 5, 10, 30, 60, 300) if seconds / step <= 8)
    return "".join(f'<span style="left:{at(time / seconds)}">{time}{" s" if time == 0 else ""}</span>'
                   for time in range(0, int(seconds) + 1, step))


def cuts_met(result, figures):
    cuts = len(result.curves["cuts"])
    if not cuts or "cuts_met" not in figures:
        return "no cuts"
    return f'{round(cuts * figures["cuts_met"]["value"])} of {cuts}'


def notes_per_beat(report):
    return report["notes"] / max(len(report["beats"]), 1)


def piece_words(index, result, figures):
    piece, report, curves = result.piece, result.report, result.curves
    seconds = curves["seconds"]
    roll, labels = drawing.roll(result.notes, report, curves["cuts"], seconds)
    seconds_words = f"{number(seconds, 0 if abs(seconds - round(seconds)) < 0.05 else 1)} s"
    asked = f"{piece.style}, seed {report['seed']}" if piece.style else f"seed {report['seed']}"
    decided = f"{number(report['tempo_bpm'], 0)} BPM, {key_of(report)}"
    if not piece.style:
        decided = f"{report['style']}, {decided}"
    words = {
        "id": piece.name, "number": index, "title": piece.title, "style": report["style"], "origin": piece.origin,
        "asked": asked, "decided": decided, "length": seconds_words,
        "film": result.film, "poster": result.poster, "midi": result.midi, "report": result.report_file,
        "lufs": number(figures.get("integrated_lufs")), "peak": number(curves["true_peak_db"]),
        "density": number(notes_per_beat(report)), "cuts": cuts_met(result, figures),
        "rho": number(rho(figures.get("loudness_motion")), 2), "rtf": number(report["rtf"], 2),
        "seconds": f"{seconds:g}",
    }
    raw = {
        "strip": "".join(f'<img src="{frame}" alt="" loading="lazy">' for frame in result.strip),
        "roll": roll, "energy": drawing.energy(curves), "hits": drawing.hits(curves), "accents": accents(result),
        "labels": "".join(f'<span style="top:{at(top)}">{name}</span>' for name, top in labels),
        "ticks": ticks(seconds),
    }
    layers = [layer for layer in drawing.LAYERS if any(note.layer == layer for note in result.notes)]
    words["roll_says"] = (f"Piano roll of {piece.title}: {len(result.notes)} notes in {', '.join(layers)}; "
                          f"{len(report['bars'])} bars, {len(curves['cuts'])} cuts. Position in the film")
    return {name: html.escape(str(word)) for name, word in words.items()} | raw


def evaluation_table(rows):
    text, group = "", None
    for row in rows:
        if row["group"] != group:
            group = row["group"]
            text += f'<tr><th colspan="3" scope="colgroup">{html.escape(group)}</th></tr>\n'
        text += (f'<tr><td>{html.escape(row["name"])}</td><td class="n">{number(row["value"], 3)}</td>'
                 f'<td>{html.escape(row["note"])}</td></tr>\n')
    return text


def write(results, evaluation, origin_words):
    pairs = evaluation["pieces"].get("pairs", {})
    reports = [result.report for result in results]
    figures = [pairs.get(result.piece.name, {}) for result in results]
    cuts = sum(len(result.curves["cuts"]) for result in results)
    met = sum(round(len(result.curves["cuts"]) * row["cuts_met"]["value"])
              for result, row in zip(results, figures) if "cuts_met" in row)
    by_name = {row["name"]: row["value"] for row in evaluation["rows"]}
    real = sum(1 for result in results if result.piece.clip)
    drawn = len(results) - real
    what = " and ".join(words for count, words in [(drawn, f"{drawn} drawn {'film' if drawn == 1 else 'films'}"),
                                                    (real, f"{real} real {'clip' if real == 1 else 'clips'}")] if count)
    words = {
        "what": what, "bundle": reports[0]["bundle"], "sha256": reports[0]["bundle_sha256"],
        "sampling": f"{reports[0]['steps']} steps per window, guidance {reports[0]['guidance']:g}",
        "commit": origin_words[0], "machine": origin_words[1], "date": datetime.date.today().isoformat(),
        "met": f"{met} of {cuts}" if cuts else "no cuts",
        "score": number(by_name.get("cuts met by accents, 70 ms"), 2),
        "speed": number(1 / statistics.median(report["rtf"] for report in reports), 1, "×"),
        "corrected": f"{100 * sum(r['notes_corrected'] for r in reports) / max(sum(r['notes'] for r in reports), 1):.1f} %",
        "clicks": number(None if by_name.get("clicks") is None else 100 * by_name["clicks"], 0, " %"),
    }
    raw = {
        "mark": MARK,
        "reel": "".join(f'<a href="#{html.escape(result.piece.name)}"><img src="{result.poster}" alt="" loading="lazy">'
                        f'<span>{html.escape(result.piece.title)}</span></a>' for result in results),
        "pieces": "".join(fill("piece.html", **piece_words(i + 1, result, row))
                          for i, (result, row) in enumerate(zip(results, figures))),
        "evaluation": evaluation_table(evaluation["rows"]),
    }
    return fill("page.html", **{name: html.escape(str(word)) for name, word in words.items()}, **raw)
