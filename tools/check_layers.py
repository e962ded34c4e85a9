#!/usr/bin/env python3
"""Fails on an #include that goes against the order of the folders (docs/architecture.md)."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# folder -> (folders of ours that it may include, third-party prefixes that only these folders may include)
MAY_INCLUDE = {
    "kernels": {"kernels"},
    "stream": {"stream"},
    "perception": {"perception", "stream", "kernels"},
    "model": {"model", "harmony", "network", "diffv2m", "stream", "kernels"},
    "train": {"train", "network", "diffv2m", "harmony", "model", "perception", "stream", "kernels"},
    "gst-plugin": {"gst", "model", "perception", "stream"},
    "tools": {"tools", "model", "perception", "stream", "train"},
}
ONLY_IN = {
    r"^torch/|^ATen/|^c10/": ("model/src", "model/network", "model/diffv2m", "train/trainer", "train/semantic", "train/sound"),
    r"^gst/": ("perception/gst", "gst-plugin", "tools", "train/picture/tool"),
    r"^fluidsynth": ("model/score/src",),
    r"^RtAudio|^rtaudio/": ("stream/rtaudio",),
    r"^cuda": ("kernels/src/cuda",),
}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')

faults = []
for folder, allowed in MAY_INCLUDE.items():
    for path in sorted((ROOT / folder).rglob("*")):
        if path.suffix not in {".h", ".cpp", ".cu", ".cuh"}:
            continue
        where = path.relative_to(ROOT).as_posix()
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            target = match.group(1)
            ours = re.match(r"photoplayer/(\w+)/", target)
            if ours and ours.group(1) not in allowed:
                faults.append(f"{where}:{number}: {folder} may not include {target}")
            for pattern, homes in ONLY_IN.items():
                if re.match(pattern, target) and not where.startswith(homes):
                    faults.append(f"{where}:{number}: {target} belongs in {', '.join(homes)} only")
print("\n".join(faults) if faults else "layers: in order")
sys.exit(1 if faults else 0)
