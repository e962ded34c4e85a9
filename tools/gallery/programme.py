# SPDX-License-Identifier: Apache-2.0
"""What the gallery shows: one drawn film per style, and real clips where there are some."""
import dataclasses
import pathlib

FILMS = {".mp4", ".mkv", ".webm", ".mov", ".m4v", ".avi"}
LARGEST_CLIP = 50_000_000  # bytes: a folder may also hold feature films
REAL_CLIPS = 2


@dataclasses.dataclass
class Piece:
    title: str
    seed: int
    style: str = ""  # empty: the picture decides
    drawn: str = ""  # options of render_clip
    scenes: str = ""  # "TIME:KIND:VALENCE:AROUSAL …"
    clip: pathlib.Path | None = None  # instead of a drawn film

    @property
    def name(self):
        return self.style or f"clip-{self.seed}"

    @property
    def origin(self):
        if self.clip:
            return f"A real clip, {self.clip.name}."
        kinds = list(dict.fromkeys(scene.split(":")[1] for scene in self.scenes.split()))
        return f"A drawn film: {', '.join(kinds)}."


DRAWN = [
    Piece("First light", 11, "piano", "--seed 21 --tempo 76",
          "0:hills:0.1:-0.6 9.6:sea:0.4:-0.4 19.2:hills:0.7:-0.2"),
    Piece("Rooms with a view", 12, "chamber", "--seed 22 --tempo 92",
          "0:texture:0.2:-0.1 6.5:city:-0.3:0.2 13.1:bokeh:0.5:0.2 20.8:hills:0.5:-0.2"),
    Piece("Below the surface", 13, "ambient", "--seed 23 --tempo 64",
          "0:sea:0.0:-0.8 11.3:texture:-0.3:-0.6 21.7:sea:0.4:-0.7"),
    Piece("Rain on the ring road", 14, "lofi", "--seed 24 --tempo 80",
          "0:city:-0.2:-0.2 7.5:bokeh:0.2:-0.1 15:city:0.1:0.1 22.5:bokeh:0.4:-0.3"),
    Piece("The storm comes in", 15, "cinematic", "--seed 25 --tempo 100",
          "0:sea:-0.2:-0.3 7.2:hills:-0.4:0.1 12.4:sea:-0.7:0.6 16.1:rays:-0.5:0.9 19.3:city:-0.6:0.8 "
          "22.5:hills:0.2:0.0"),
    Piece("Over the ridge", 16, "adventure", "--seed 26 --tempo 128",
          "0:hills:0.5:0.3 5.6:rays:0.6:0.7 9.4:sea:0.5:0.6 14.1:hills:0.7:0.8 18.8:shapes:0.4:0.7 23.4:rays:0.8:0.9"),
    Piece("Night shift", 17, "electronic", "--seed 27 --tempo 124",
          "0:bokeh:0.0:0.3 3.9:shapes:0.3:0.8 7.7:city:-0.1:0.5 11.6:rays:0.4:0.9 13.5:shapes:-0.3:0.9 15.5:bokeh:0.2:0.6 "
          "19.4:rays:0.5:1 23.2:shapes:0.6:0.8 25.2:city:0.0:0.4"),
    Piece("Market day", 18, "folk", "--seed 28 --tempo 108",
          "0:hills:0.6:0.2 6.7:shapes:0.7:0.5 12.2:bokeh:0.8:0.4 17.8:hills:0.9:0.6 24.4:texture:0.6:0.1"),
]


def real_pieces(folder):
    """The largest clips of a folder, by name."""
    films = [file for file in folder.iterdir()
             if file.suffix.lower() in FILMS and file.is_file() and file.stat().st_size <= LARGEST_CLIP]
    films = sorted(sorted(films, key=lambda file: (-file.stat().st_size, file.name))[:REAL_CLIPS])
    return [Piece(file.stem.replace("_", " ").replace("-", " ").capitalize(), 19 + i, clip=file)
            for i, file in enumerate(films)]
