# SPDX-License-Identifier: Apache-2.0
"""Running programs and keeping the results: nothing here knows about music."""
import json
import os
import signal
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np


@dataclass
class Run:
    """One run of a program, with what the kernel says it used."""
    rc: int
    stderr: list
    wall_s: float
    cpu_s: float
    rss_mb: float
    ended_after_s: float | None = None  # from SIGINT to the end
    report: dict = field(default_factory=dict)


def run(command, interrupt_after_s=None, begun=lambda: True, limit_s=3600):
    """Starts `command`, sends SIGINT `interrupt_after_s` after it has `begun`, waits, and measures by wait4."""
    begin, since, sent = time.monotonic(), None, None
    with tempfile.TemporaryFile() as err:
        process = subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=err)
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            elapsed = time.monotonic() - begin
            if interrupt_after_s is not None and sent is None:
                since = since or (elapsed if begun() else None)
                if since is not None and elapsed - since >= interrupt_after_s:
                    process.send_signal(signal.SIGINT)
                    sent = elapsed
            if elapsed > limit_s:
                process.kill()
            time.sleep(0.01)
        process.returncode = os.waitstatus_to_exitcode(status)
        err.seek(0)
        lines = [line for line in err.read().decode("utf-8", "replace").splitlines() if line.strip()]
    wall = time.monotonic() - begin
    return Run(process.returncode, lines, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024.0,
               None if sent is None else wall - sent)


def check_output(command):
    return subprocess.run([str(c) for c in command], check=True, stdin=subprocess.DEVNULL, capture_output=True).stdout


class Photoplayer:
    """The program under test, with one bundle."""

    def __init__(self, binary, bundle, folder, reuse=False):
        self.binary, self.bundle, self.folder, self.reuse = Path(binary), bundle, Path(folder), reuse
        self.folder.mkdir(parents=True, exist_ok=True)

    def command(self, film, out, *options, bundle=None):
        bundle = bundle or self.bundle
        return [self.binary, "score", film, "-o", out, *(["--bundle", bundle] if bundle else []), *options]

    def score(self, film, name, *options):
        """→ (Run, path of the output); the report is read if the run left one. With `reuse` an earlier good run counts."""
        out = self.folder / name
        report, kept = Path(str(out) + ".json"), Path(str(out) + ".run")
        if self.reuse and out.exists() and kept.exists():
            return Run(**json.loads(kept.read_text())), out
        for old in (out, report, kept):
            old.unlink(missing_ok=True)
        done = run(self.command(film, out, "--report", report, *options))
        if report.exists():
            done.report = json.loads(report.read_text())
        if done.rc == 0:
            kept.write_text(json.dumps(asdict(done)))
        return done, out


def video_seconds(path):
    """Length of the picture: last frame's end minus first frame's beginning, by its packets."""
    text = check_output(["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
                         "packet=pts_time,duration_time", "-of", "csv=p=0", path]).decode()
    spans = []
    for line in text.splitlines():
        parts = line.split(",")
        try:
            start = float(parts[0])
        except ValueError:
            continue
        length = float(parts[1]) if len(parts) > 1 and parts[1] not in ("N/A", "") else 0.0
        spans.append((start, start + length))
    return max(e for _, e in spans) - min(s for s, _ in spans)


def picture_md5(path):
    """Of the decoded frames: a parser may repeat the codec's header in the first packet."""
    return check_output(["ffmpeg", "-v", "error", "-i", path, "-map", "0:v:0", "-f", "md5", "-"]).strip()


def read_sound(path):
    """→ (samples [frames, channels] float32, rate), decoded by ffmpeg, not resampled."""
    info = json.loads(check_output(["ffprobe", "-v", "error", "-select_streams", "a:0", "-show_entries",
                                    "stream=channels,sample_rate", "-of", "json", path]))["streams"][0]
    raw = check_output(["ffmpeg", "-v", "error", "-i", path, "-map", "0:a:0", "-f", "f32le", "-"])
    return np.frombuffer(raw, np.float32).reshape(-1, int(info["channels"])), int(info["sample_rate"])


def write_wav(path, sound, rate):
    """Float samples to a float WAV, through ffmpeg."""
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "f32le", "-ar", str(rate), "-ac", str(sound.shape[1]), "-i", "-",
                    "-c:a", "pcm_f32le", str(path)], input=np.ascontiguousarray(sound, np.float32).tobytes(), check=True)
    return path


class Checks:
    """Named numbers with their limits, as a table and as JSON."""

    def __init__(self, out=None):
        self.rows, self.out = [], out  # written after each row: a long run that is stopped keeps what it found

    def add(self, section, subject, what, value, limit, ok, note=""):
        if isinstance(value, (np.floating, np.integer)):
            value = value.item()
        ok = None if ok is None else bool(ok)
        row = {"section": section, "subject": subject, "what": what, "value": value, "limit": limit, "ok": ok, "note": note}
        self.rows.append(row)
        print(self.line(row), flush=True)
        if self.out:
            Path(self.out).write_text(json.dumps({"load": os.getloadavg(), "checks": self.rows}, indent=1, default=str))
        return ok

    @staticmethod
    def line(row):
        value = f"{row['value']:.4g}" if isinstance(row["value"], float) else str(row["value"])
        mark = {True: "ok  ", False: "FAIL", None: "    "}[row["ok"]]
        note = f"  ({row['note']})" if row["note"] else ""
        return f"{mark} {row['section']:8} {row['subject']:18} {row['what']:34} {value:>12}  {row['limit']}{note}"

    @property
    def failed(self):
        return [row for row in self.rows if row["ok"] is False]
