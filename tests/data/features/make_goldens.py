#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the JSON files beside it with the packages that Diff-V2M's authors used; README.md has the versions.

    python3 make_goldens.py onsets mel pictures cuts [--shared DIR]
"""
import argparse
import json
import math
import pathlib
import warnings

import numpy as np

import made_inputs

warnings.filterwarnings("ignore")
HERE = pathlib.Path(__file__).resolve().parent
SIGNALS = {
    "band, 30 s": made_inputs.band(1323000, 1),
    "band, 30.02 s": made_inputs.band(1323882, 2),
    "band, 21.3 s": made_inputs.band(939330, 3),
    "clicks, 12.7 s": made_inputs.clicks(560070),
    "clicks, 12 s": made_inputs.clicks(529200),
}


def rounded(values, digits=6):
    return [float(f"{float(v):.{digits}g}") for v in np.asarray(values).reshape(-1)]


def save(name, content):
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    (HERE / name).write_text(text.replace('},{"', '},\n{"') + "\n")
    print(name, len(text), "bytes")


def to_rows(feature, columns):
    """30 rows of block means, standardised: what the rhythm conditioner does with a feature [frames, values]."""
    feature = np.asarray(feature, np.float64)
    if len(feature) < 30:
        feature = np.pad(feature, ((0, 30 - len(feature)), (0, 0)))
    height, width = len(feature) // 30, feature.shape[1] // columns
    blocks = feature[: 30 * height].reshape(30, height, columns, width).mean(axis=(1, 3))
    return (blocks - blocks.mean()) / (blocks.std(ddof=1) + 1e-6)


def make_onsets():
    import librosa
    import scipy.signal

    out = []
    for name, music in SIGNALS.items():
        strength = librosa.onset.onset_strength(y=music, sr=made_inputs.RATE)
        z = (strength - strength.mean()) / (strength.std() + 1e-6)
        peaks, _ = scipy.signal.find_peaks(z, prominence=0.05)
        seconds = [0.0] * math.ceil(len(music) / made_inputs.RATE)
        for peak in peaks:
            second = round(float(librosa.frames_to_time(peak, sr=made_inputs.RATE)))
            if second < len(seconds):
                seconds[second] = max(seconds[second], float(z[peak]))
        if len(seconds) > 30:
            seconds = seconds[1:]
        tempogram = librosa.feature.tempogram(y=music, sr=made_inputs.RATE, hop_length=128)
        out.append({"signal": name, "frames": len(strength), "strength": rounded(strength[::5], 5),
                    "seconds": rounded(seconds), "onset_rhythm": rounded(to_rows(np.array(seconds)[:, None], 1)),
                    "tempogram_rhythm": rounded(to_rows(tempogram.T, 16))})
    save("onsets.json", out)


def make_mel():
    import torch
    import torchaudio

    spectrogram = torchaudio.transforms.MelSpectrogram(made_inputs.RATE, n_fft=2048, hop_length=512, n_mels=128)
    decibels = torchaudio.transforms.AmplitudeToDB()
    out = []
    for name, music in SIGNALS.items():
        mel = decibels(spectrogram(torch.tensor(music.tolist())))
        out.append({"signal": name, "mel_rhythm": rounded(to_rows(np.array(mel.T.tolist()), 16))})
    save("mel.json", out)


def fnv1a(data):
    state = 0xCBF29CE484222325
    for byte in bytes(data):
        state = (state ^ byte) * 0x100000001B3 % 2**64
    return f"{state:016x}"


def clip_pictures():
    from PIL import Image
    from torchvision.transforms import CenterCrop, Compose, InterpolationMode, Resize

    prepare = Compose([Resize(224, interpolation=InterpolationMode.BICUBIC), CenterCrop(224)])
    sizes = [(640, 360), (360, 640), (1281, 721), (224, 224), (225, 301), (301, 225), (227, 224), (448, 224),
             (100, 150), (37, 41), (3, 500), (1, 1)]
    for seed, (width, height) in enumerate(sizes, 1):
        image = np.asarray(prepare(Image.fromarray(made_inputs.picture(width, height, seed))))
        at = [(int(u) % 224, int(u) // 256 % 224) for u in made_inputs.noise(seed, 24) >> 8]
        yield {"width": width, "height": height, "seed": seed, "hash": fnv1a(image.tobytes()),
               "pixels": [[x, y, *map(int, image[y, x])] for x, y in at]}


def content_scores():
    from scenedetect.detectors import ContentDetector
    from scenedetect.scene_manager import compute_downscale_factor
    import cv2

    sizes = [(640, 272), (640, 360), (512, 288), (1280, 720), (300, 200), (256, 144), (255, 100), (257, 301),
             (720, 1280), (513, 3), (5, 4)]
    for width, height in sizes:
        detector = ContentDetector()
        factor = compute_downscale_factor(max(width, height))
        scores = []
        for k in range(6):
            frame = np.ascontiguousarray(made_inputs.picture(width, height, k + 1, k // 2)[:, :, ::-1])
            if factor > 1.0:
                small = (max(1, round(width / factor)), max(1, round(height / factor)))
                frame = cv2.resize(frame, small, interpolation=cv2.INTER_LINEAR)
            detector.process_frame(k, frame)
            scores.append(float(detector._frame_score))
        yield {"width": width, "height": height, "scores": scores}


def filtered_cuts():
    from scenedetect.detectors import ContentDetector
    from scenedetect.scene_detector import FlashFilter

    for seed, (density, shortest) in enumerate([(6, 15), (16, 15), (40, 15), (100, 15), (40, 4), (100, 1), (40, 0)], 1):
        for mode in (FlashFilter.Mode.MERGE, FlashFilter.Mode.SUPPRESS):
            detector = ContentDetector(min_scene_len=shortest, filter_mode=mode)
            white, cuts = False, []
            for number, dice in enumerate(made_inputs.noise(seed, 400) >> 24):
                white ^= bool(dice < density)
                frame = np.full((8, 8, 3), 255 if white else 0, np.uint8)
                cuts += [[number, int(cut)] for cut in detector.process_frame(number, frame)]
            yield {"seed": seed, "density": density, "shortest": shortest, "merge": mode == FlashFilter.Mode.MERGE,
                   "cuts": cuts}


def curve_peaks():
    import scipy.signal

    for seed, (steps, prominence) in enumerate([(0, 0.05), (0, 0.6), (4, 0.0), (4, 0.25), (2, 0.5), (1, 0.0)], 1):
        values = made_inputs.curve(seed, 300, steps)
        peaks, found = scipy.signal.find_peaks(values, prominence=prominence)
        yield {"seed": seed, "steps": steps, "least": prominence, "at": peaks.tolist(),
               "prominences": rounded(found["prominences"], 12)}


def visual_beats():
    import scipy.signal

    for seed, fps in enumerate([25.0, 10.0, 30000 / 1001], 11):
        values = made_inputs.curve(seed, 300)
        scaled = (values - values.min()) / (values.max() - values.min())
        seconds = [0.0] * math.ceil(300 / fps)
        for peak in scipy.signal.find_peaks(scaled, prominence=0.3)[0]:
            second = round(peak / fps)
            if second < len(seconds):
                seconds[second] = max(seconds[second], scaled[peak])
        yield {"seed": seed, "fps": fps, "beats": rounded(seconds)}


def make_pictures():
    save("pictures.json", {"clip": list(clip_pictures()), "content": list(content_scores()),
                           "filter": list(filtered_cuts()), "peaks": list(curve_peaks()),
                           "beats": list(visual_beats())})


def make_cuts(shared):
    from scenedetect import SceneManager, open_video
    from scenedetect.detectors import ContentDetector

    class Recorder(ContentDetector):
        scores = None

        def process_frame(self, frame_num, frame_img):
            found = super().process_frame(frame_num, frame_img)
            self.scores = (self.scores or []) + [float(self._frame_score)]
            return found

    films = [("data", "demo.mp4", HERE.parent / "demo.mp4")]
    films += [("shared", f"data/video/{path.name}", path) for path in sorted((shared / "data/video").glob("*.mp4"))]
    out = []
    for root, name, path in films:
        detector, manager = Recorder(), SceneManager()
        manager.add_detector(detector)
        manager.detect_scenes(open_video(str(path)))
        cuts = [end.get_frames() for _, end in manager.get_scene_list()][:-1]
        others = [score for i, score in enumerate(detector.scores) if i not in cuts]
        out.append({"root": root, "film": name, "frames": len(detector.scores), "cuts": cuts,
                    "cut_scores": rounded([detector.scores[i] for i in cuts], 5),
                    "highest_other": rounded([max(others)], 5)[0], "mean": rounded([np.mean(detector.scores)], 5)[0]})
    save("cuts.json", out)


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("parts", nargs="+", choices=["onsets", "mel", "pictures", "cuts"])
parser.add_argument("--shared", type=pathlib.Path, default=HERE.parents[3] / "shared", help="where data/video lies")
arguments = parser.parse_args()
for part in arguments.parts:
    if part == "cuts":
        make_cuts(arguments.shared)
    else:
        {"onsets": make_onsets, "mel": make_mel, "pictures": make_pictures}[part]()
