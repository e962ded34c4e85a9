# SPDX-License-Identifier: Apache-2.0
"""2. Three minutes in one piece: tempo, key, seams, beats, layers, loops."""
import subprocess
from math import comb

import numpy as np

import clips as single
import notes as read
import sound as listen
from common import read_sound, video_seconds, write_wav


def join(clips, out, seconds=180):
    """The clips in turn, over and over, small and at 25 frames/s, cut after `seconds`."""
    if out.exists() and abs(video_seconds(out) - seconds) < 0.5:
        return out
    out.parent.mkdir(parents=True, exist_ok=True)
    parts = []
    for clip in clips:
        part = out.parent / f"part-{clip.stem}.mp4"
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", clip, "-an", "-vf",
                        "fps=25,scale=320:180:force_original_aspect_ratio=decrease,pad=320:180:-1:-1,setsar=1", "-pix_fmt",
                        "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-threads", "1", part], check=True)
        parts.append(part)
    each = sum(video_seconds(p) for p in parts)
    listing, turn = out.with_suffix(".txt"), parts
    lines = []
    for _ in range(int(seconds / each) + 1):
        lines += [f"file '{p.resolve()}'\n" for p in turn]
        turn = turn[1:] + turn[:1]
    listing.write_text("".join(lines))
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", listing, "-c", "copy", "-t", str(seconds),
                    out], check=True)
    return out


def measure(checks, player, film, styles, seed="1"):
    for style in styles:
        one_style(checks, player, film, style, seed)


def one_style(checks, player, film, style, seed):
    """`style`: a name, or "free" for what the picture decides; "@BPM" behind it asks for a tempo."""
    def add(what, value, limit="", ok=None, note=""):
        return checks.add("film", style, what, value, limit, ok, note)

    stems = player.folder / f"film-{style}-stems"
    name, _, bpm = style.partition("@")
    options = ("--seed", seed, *(("--style", name) if name != "free" else ()), *(("--tempo", bpm) if bpm else ()))
    done, wav = player.score(film, f"film-{style}.wav", "--stems", stems, *options)
    if not add("exit code", done.rc, "0", done.rc == 0, "; ".join(done.stderr[:3])):
        return
    report = done.report
    add("style, key, windows", f"{report['style']} {report['key']} {report['scale']} {report['windows']}")
    single.speed(add, done)
    music, rate = read_sound(wav)
    single.sound_checks(add, music, rate, wav, video_seconds(film))
    tempo(add, report, wav)
    seams(add, report, music, rate, wav)
    heard = [p.stem for p in sorted(stems.glob("*.wav")) if 20 * np.log10(np.sqrt(np.mean(read_sound(p)[0] ** 2)) + 1e-9) > -60]
    add("stems louder than -60 dBFS", len(heard), ">= 3", len(heard) >= 3, " ".join(heard))
    made, mid = player.score(film, f"film-{style}.mid", *options)
    if add(".mid: exit code", made.rc, "0", made.rc == 0, "; ".join(made.stderr[:3])):
        score(add, report, read.read_notes(mid))


def tempo(add, report, wav):
    beats, bpm = np.array(report["beats"]), report["tempo_bpm"]
    drift = float(np.max(np.abs(np.diff(beats) * bpm / 60 - 1))) if len(beats) > 1 else 1.0
    unsteady = float(np.mean(np.abs(np.diff(beats) * bpm / 60 - 1) > 0.002))
    add("beat interval: worst deviation", drift, "<= 0.031", drift <= 0.031, f"{bpm:.1f} BPM; {unsteady:.1%} of the beats bent")
    found = listen.beat_agreement(beats, bpm, listen.aubio_beats(wav))
    clicks = write_wav(wav.with_suffix(".metronome.wav"), *listen.metronome(beats))
    ideal = listen.beat_agreement(beats, bpm, listen.aubio_beats(clicks))
    add("aubio's tempo off by", found["off"], "<= 0.03", found["off"] <= 0.03, f"{found['tempo']:.1f} BPM, ×{found['factor']}")
    add("beats that aubio hears (70 ms)", found["share"], ">= 0.7", found["share"] >= 0.7,
        f"chance {found['chance']:.2f}, of a metronome {ideal['share']:.2f}")


def seams(add, report, music, rate, wav):
    # A bent tempo puts accents for cuts on beats, and hops begin on beats: an accent is loud, but no fault of a seam.
    accents = np.array([e["accent_time"] for e in report["visual_events"] if e["taken"]])

    def plain(times, apart_s):
        return [t for t in times if np.min(np.abs(accents - t), initial=9.0) > apart_s]
    clicks = listen.seam_clicks(music, rate, plain(report["seams"], 0.02))
    worst = float(np.max(clicks["seams"], initial=0.0))
    over = [f"{t:.2f}" for t, v in zip(clicks["times"], clicks["seams"]) if v > clicks["interior_p999"]]
    add("seam: largest 2nd difference", worst, f"<= {clicks['interior_p999']:.4f}", len(clicks["seams"]) > 0 and not over,
        f"{len(clicks['seams'])} seams; over: {' '.join(over[:6]) or 'none'}")
    jumps(add, report, listen.loudness(wav), accents)


def jumps(add, report, measured, accents):
    first = int(np.argmin(np.abs(np.array(report["beats"]) - report["bars"][0]))) if report["bars"] else 0
    usable = [b for b in report["beats"] if 1.5 < b < report["audio_seconds"] - 2]
    skipped = report["beats"].index(usable[0]) if usable else 0
    groups = by_place(measured, usable, skipped - first, report["seams"], accents)
    compared = beyond_limit(groups)
    if compared is None:
        at_seams, at_others = (np.concatenate([pair[i] for pair in groups]) for i in (0, 1))
        return add("seam: median loudness jump", float(np.median(at_seams)), "", None,
                   f"LU; at other beats {np.median(at_others):.1f}" if len(at_others) else "LU; each beat is a seam")
    beyond, count = compared
    likely = tail_probability(beyond, count, 0.05)
    return add("seam: loudness jumps over p95", beyond / count, "p >= 0.01", likely >= 0.01,
               f"of beats of the same place in the bar; {count} seams, p {likely:.2f}")


def by_place(measured, beats, first_place, seams, accents):
    """→ for each beat of the bar: (jumps at seams, jumps at beats that are none). Chords change on beats 1 and 3 and so does
    loudness: only beats of the same place compare."""
    groups = [([], []) for _ in range(4)]
    for i, beat in enumerate(beats):
        if np.min(np.abs(accents - beat), initial=9.0) > 0.5:
            is_other = np.min(np.abs(np.asarray(seams) - beat), initial=9.0) > 0.05
            groups[(i + first_place) % 4][int(is_other)].append(listen.loudness_jump(measured, beat))
    return [(np.array(at), np.array(other)) for at, other in groups]


def beyond_limit(groups):
    """→ (seams that jump more than the 95th percentile of the other beats of their place, seams). None where the seams do not
    wander through the bar; they do when hops have three beats (from 144 BPM)."""
    if any(len(at) < 5 or len(other) < 20 for at, other in groups):
        return None
    return sum(int(np.sum(at > np.percentile(other, 95))) for at, other in groups), sum(len(at) for at, _ in groups)


def tail_probability(hits, of, chance):
    """That at least `hits` of `of` happen by chance."""
    return sum(comb(of, k) * chance ** k * (1 - chance) ** (of - k) for k in range(hits, of + 1))


def score(add, report, notes):
    tonic, scale, end = read.TONICS[report["key"]], report["scale"], report["audio_seconds"]
    share = read.in_key_share(notes, tonic, scale)
    add("sounding time in the key", share, ">= 0.9", share is not None and share >= 0.9,
        f"chance {read.chance_key_share(notes, scale):.2f}")
    parts = [read.in_key_share(notes, tonic, scale, t, t + 30) for t in np.arange(0, end - 15, 30)]
    heard = [p for p in parts if p is not None]
    worst = min(heard) if heard else 0.0
    add("worst 30 s in the key", worst, ">= 0.8", worst >= 0.8 and len(heard) == len(parts))
    layers = read.layers_sounding(notes)
    add("layers that sound", len(layers), ">= 3", len(layers) >= 3,
        " ".join(layers) + f"; {read.layers_per_bar(notes, report['bars']):.1f} a bar")
    patterns = read.bar_patterns(notes, report["bars"])
    loop = read.longest_loop(patterns)
    each = {layer: read.longest_loop(read.bar_patterns(notes, report["bars"], layer)) for layer in read.LAYERS}
    add("same bar in a row", loop, "<= 5", loop <= 5, f"by layer {each}")
    add("bars without a note", sum(not p for p in patterns) / max(1, len(patterns)), "", None, f"of {len(patterns)}")
    add("notes a second", round(len(notes) / end, 2), "", None, f"{read.density(notes, end)}")
