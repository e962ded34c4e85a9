# SPDX-License-Identifier: Apache-2.0
"""1. Each clip by itself: length, speed, memory, level, silence, and what the seed and the clip decide."""
import numpy as np

import notes as read
import sound as listen
from common import picture_md5, read_sound, video_seconds

SAME_MUSIC = 0.5  # likeness from which two scores count as the same music


def measure(checks, player, clips):
    scores = {}
    for clip in clips:
        scores[clip.stem] = one_clip(checks, player, clip)
    names = [n for n in scores if scores[n] is not None]
    for i, a in enumerate(names):
        for b in names[i + 1:]:
            alike = read.likeness(scores[a], scores[b])
            checks.add("clips", f"{a}/{b}"[:18], "other clip: likeness", alike, f"< {SAME_MUSIC}", alike < SAME_MUSIC)


def one_clip(checks, player, clip):
    """→ its notes with seed 1."""
    name = clip.stem

    def add(what, value, limit="", ok=None, note=""):
        return checks.add("clips", name, what, value, limit, ok, note)

    done, wav = player.score(clip, f"{name}.wav", "--seed", "1")
    if not add("exit code", done.rc, "0", done.rc == 0, "; ".join(done.stderr[:3])):
        return None
    speed(add, done)
    music, rate = read_sound(wav)
    sound_checks(add, music, rate, wav, video_seconds(clip))
    again, wav2 = player.score(clip, f"{name}-again.wav", "--seed", "1")
    same = again.rc == 0 and np.array_equal(music, read_sound(wav2)[0])
    add("same seed: identical samples", same, "true", same)
    scores = []
    for seed in ("1", "2"):
        made, mid = player.score(clip, f"{name}-{seed}.mid", "--seed", seed)
        scores.append(read.read_notes(mid) if made.rc == 0 else [])
        if seed == "1":
            add(".mid and .wav: the same beats", made.report.get("beats") == done.report.get("beats"), "true",
                made.report.get("beats") == done.report.get("beats"))
    alike = read.likeness(*scores)
    add("other seed: likeness", alike, f"< {SAME_MUSIC}", all(scores) and alike < SAME_MUSIC)
    film, mp4 = player.score(clip, f"{name}-scored.mp4", "--seed", "1")
    if add("mp4: exit code", film.rc, "0", film.rc == 0, "; ".join(film.stderr[:3])):
        kept = picture_md5(clip) == picture_md5(mp4)
        add("mp4: picture kept as it is", kept, "true", kept)
        inside, its_rate = read_sound(mp4)
        off_ms = 1000 * (len(inside) / its_rate - video_seconds(mp4))
        add("mp4: sound − picture, ms", off_ms, "± 25", abs(off_ms) <= 25)
    return scores[0]


def speed(add, done):
    report = done.report
    add("rtf (report)", report["rtf"], "<= 0.5", report["rtf"] <= 0.5)
    used = done.cpu_s / report["audio_seconds"]
    add("cpu seconds / audio second", used, "", None, f"an idle machine's two cores: about {used / 2:.2f}")
    add("peak RSS, MB (kernel)", done.rss_mb, "<= 1536", done.rss_mb <= 1536, f"report {report['peak_rss_mb']:.0f}")
    add("first music, s", report["first_music_seconds"], "<= 3", report["first_music_seconds"] <= 3)
    add("underruns", report["underruns"], "0", report["underruns"] == 0)
    part = report["notes_corrected"] / max(1, report["notes"])
    add("notes corrected", part, "<= 0.05", part <= 0.05 and report["notes"] > 0, f"of {report['notes']}")


def sound_checks(add, music, rate, path, picture_s):
    off_ms = 1000 * (len(music) / rate - picture_s)
    add("sound − picture, ms", off_ms, "± 25", abs(off_ms) <= 25)
    bad = listen.bad_samples(music)
    add("NaN or infinite samples", bad, "0", bad == 0)
    measured = listen.loudness(path)
    add("true peak, dBTP", measured["peak_dbtp"], "<= -1", measured["peak_dbtp"] <= -1.0)
    add("loudness, LUFS", measured["lufs"], "-16 ± 2", abs(measured["lufs"] + 16) <= 2)
    silent = listen.longest_silence_s(music, rate)
    add("longest silence, s", silent, "<= 2", silent <= 2.0)
