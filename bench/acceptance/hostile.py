# SPDX-License-Identifier: Apache-2.0
"""4. Odd films, bad input, bad bundles, no place to write, interruption."""
import struct
import subprocess
from pathlib import Path

from common import read_sound, run, video_seconds


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True, stdin=subprocess.DEVNULL)


def make_odd_films(folder, clip):
    """→ [(name, path, a warning is due)]"""
    folder.mkdir(parents=True, exist_ok=True)
    x264 = ["-an", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    one, thin, variable, whole, cut, damaged = (
        folder / n for n in ("one-frame.mp4", "four-wide.mkv", "variable.mkv", "whole.mkv", "cut-off.mkv", "cut-off.ts"))
    ffmpeg("-i", clip, "-frames:v", 1, *x264, one)
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x64:r=25:d=5", "-vf", "scale=4:64", "-c:v", "ffv1", "-pix_fmt", "yuv420p", thin)
    # Frames dropped without pattern, their times kept: 25, 12, 3 frames a second in turn.
    ffmpeg("-i", clip, "-vf", "select='if(lt(mod(t,3),1),1,if(lt(mod(t,3),2),not(mod(n,2)),not(mod(n,8))))'", "-fps_mode",
           "passthrough", *x264, variable)
    ffmpeg("-stream_loop", 1, "-i", clip, *x264, whole)
    data = whole.read_bytes()
    cut.write_bytes(data[:len(data) * 6 // 10])
    ffmpeg("-i", whole, "-c", "copy", folder / "whole.ts")
    data = (folder / "whole.ts").read_bytes()
    damaged.write_bytes(data[:len(data) * 6 // 10])
    return [("one frame", one, False), ("4 px wide", thin, False), ("variable rate", variable, False),
            ("cut off (mkv)", cut, True), ("cut off (ts)", damaged, None)]


def make_bad_films(folder, clip):
    text, empty, sound, broken = (folder / n for n in ("text.mp4", "empty.mp4", "sound.wav", "broken.mp4"))
    text.write_text("This is not a film.\n" * 500)
    empty.write_bytes(b"")
    ffmpeg("-f", "lavfi", "-i", "sine=d=3", sound)
    ffmpeg("-i", clip, "-an", "-c:v", "libx264", "-preset", "ultrafast", "-movflags", "faststart", broken)
    data = bytearray(broken.read_bytes())
    at = data.index(b"mdat") + 4
    data[at:] = bytes((i * 197 + 31) % 251 for i in range(len(data) - at))
    broken.write_bytes(data)
    return [("not a video", text), ("empty", empty), ("audio only", sound), ("undecodable", broken),
            ("no such file", folder / "none.mp4"), ("a folder", folder)]


def flipped_bundles(bundle, folder, count=10):
    """Copies with one bit flipped in the header: its length, its ends, and places spread over it."""
    data = bytearray(Path(bundle).read_bytes())
    end = 8 + struct.unpack("<Q", data[:8])[0]
    places = sorted({0, 7, 8, end - 1, *(8 + (end - 8) * i // count for i in range(1, count))})
    for at in places:
        changed = bytearray(data)
        changed[at] ^= 0x01
        path = folder / "flipped.bundle"
        path.write_bytes(changed)
        yield at, path


def files_in(folder):
    return sorted(p.name for p in folder.rglob("*"))


def refused(checks, player, name, film, expected, out=None, bundle=None, interrupt_after_s=None, options=()):
    """Runs, and checks exit code, lines on stderr and that nothing is left behind."""
    place = player.folder / "out"
    place.mkdir(parents=True, exist_ok=True)
    before = files_in(place)
    done = run(player.command(film, out or place / "result.wav", *options, bundle=bundle), interrupt_after_s,
               lambda: files_in(place) != before)
    left = [f for f in files_in(place) if f not in before]
    good = done.rc == expected and 1 <= len(done.stderr) <= 3 and not left
    checks.add("hostile", name, "exit, lines, files left", f"{done.rc}, {len(done.stderr)}, {len(left)}", f"{expected}, 1..3, 0", good,
               " | ".join(done.stderr[:3])[:160] + (f" LEFT {left}" if left else ""))
    return done


def measure(checks, player, clip, long_film):
    films = player.folder / "films"
    for name, path, warned in make_odd_films(films, clip):
        done, out = player.score(path, f"odd-{path.name}.wav")
        lines = len(done.stderr)
        good = done.rc == 0 and lines <= 3 and (warned is None or (lines >= 1) == warned)
        checks.add("hostile", name, "exit, lines on stderr", f"{done.rc}, {lines}",
                   "0, " + {True: "1..3", False: "0", None: "<= 3"}[warned], good, " | ".join(done.stderr[:3])[:160])
        if done.rc == 0:
            music, rate = read_sound(out)
            try:
                off = 1000 * (len(music) / rate - video_seconds(path))
            except (ValueError, subprocess.CalledProcessError):
                continue
            checks.add("hostile", name, "sound − picture, ms", off, "± 25", abs(off) <= 25 if not warned and warned is not None else None)
    for name, path in make_bad_films(films, clip):
        refused(checks, player, name, path, 3)
    refused(checks, player, "missing bundle", clip, 4, bundle=films / "none.bundle")
    refused(checks, player, "bundle is a film", clip, 4, bundle=clip)
    if player.bundle:
        for at, path in flipped_bundles(player.bundle, films):
            refused(checks, player, f"flipped byte {at}", clip, 4, bundle=path)
    refused(checks, player, "no such folder", clip, 5, out=player.folder / "none" / "result.wav")
    refused(checks, player, "file as a folder", clip, 5, out=films / "text.mp4" / "result.wav")
    refused(checks, player, "system folder", clip, 5, out=Path("/proc/result.wav"))
    refused(checks, player, "unknown ending", clip, 2, out=player.folder / "out" / "result.xyz")
    refused(checks, player, "no such style", clip, 2, options=("--style", "polka"))
    for ending in ("wav", "mp4", "mid"):
        out = player.folder / "out" / f"result.{ending}"
        for seconds in (0.1, 6.0):  # after it has begun its files
            done = refused(checks, player, f"SIGINT {seconds} s {ending}", long_film, 130, out=out, interrupt_after_s=seconds,
                           options=("--stems", player.folder / "out" / "stems"))
            ended = done.ended_after_s
            checks.add("hostile", f"SIGINT {seconds} s {ending}", "seconds until it ended", ended, "<= 3", ended is not None and ended <= 3)
