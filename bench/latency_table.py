#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes runs of `photoplayer latency --json` into docs/latency.md, between its two marks.

    bench/latency_table.py docs/latency.md ALIGNED.json INSTANT.json SLOWED.json
"""
import json
import platform
import subprocess
import sys
from pathlib import Path

BEGIN, END = "<!-- run: bench/latency_table.py writes from here -->\n", "<!-- to here -->\n"


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def number(value):
    return "–" if value is None else f"{value:.3g}" if abs(value) < 10 else f"{value:.0f}"


def row(name, of):
    return f"| {name} | {of['count']} | " + " | ".join(number(of[key]) for key in ("p50", "p95", "p99", "p999", "max")) + " |\n"


def table(run):
    slowed = run["slowdown"]
    title = f"{run['mode']}, {run['audio_seconds']:.0f} s"
    if slowed:
        title += f", slowed down {slowed['factor']:g} times from second {slowed['start']:g} for {slowed['length']:g} s"
    text = f"**{title}**: bundle `{run['bundle']}`, {run['steps']} steps, load average {run['machine']['load_average']:.1f}.\n\n"
    text += "| ms | n | p50 | p95 | p99 | p99.9 | max |\n|---|---|---|---|---|---|---|\n"
    text += "".join(row(f"`{name}`", of) for name, of in run["stage_ms"].items())
    text += row("`queue_ms`", run["queue_ms"])
    for key in ("event_to_audio_ms", "event_to_accent_ms", "event_to_score_ms", "live_accent_ms"):
        if run[key]["count"]:
            text += row(f"`{key}`", run[key])
    first, ladder = run["first_sound_ms"], run["ladder"]
    facts = [f"latency {number(run['latency_ms'])} ms", f"queue limit {number(run['queue_limit_ms'])} ms",
             f"longest gap {number(run['max_gap_ms'])} ms", f"{run['underrun_events']} underruns", f"duty {run['duty']:.2f}",
             f"{run['cpu_cores']:.2f} cores", f"first sound {number(first['cold'])} ms cold, {number(first['warm'])} ms warm",
             f"{run['windows']} windows, ladder: " + ", ".join(f"{name} {count}" for name, count in ladder.items())]
    if run["recovery_hops"] is not None:
        facts.append(f"{run['recovery_hops']} hops to recover")
    if run["event_trials"]["asked"]:
        facts.append(f"{run['event_trials']['valid']} of {run['event_trials']['asked']} comparisons count")
    return text + "\n" + "; ".join(facts) + ".\n\n"


def main(page, *files):
    text = Path(page).read_text()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    runs = [json.loads(Path(file).read_text()) for file in files]
    head = f"{processor()}, {runs[0]['machine']['cores']} cores, commit {commit}.\n\n"
    Path(page).write_text(before + BEGIN + head + "".join(table(run) for run in runs) + END + after)


if __name__ == "__main__":
    main(*sys.argv[1:])
