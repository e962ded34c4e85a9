#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The built plugin as applications meet it: gst-inspect, gst-launch with GStreamer's tracers, a player in Python.

Run by ctest with GST_PLUGIN_PATH, GST_REGISTRY and GST_PRESET_PATH set. Exits with 77 (skipped) without PyGObject."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

try:
    import gi

    gi.require_version("Gst", "1.0")
    from gi.repository import Gst
except (ImportError, ValueError) as missing:
    print(f"skipped: {missing}; on Debian: apt-get install python3-gi gir1.2-gstreamer-1.0")
    sys.exit(77)

GOLDEN = pathlib.Path(__file__).parent.parent / "unit/gst/gst-inspect.golden"
FILM = "videotestsrc num-buffers={} pattern=ball ! video/x-raw,width=320,height=180,framerate=25/1 ! {} ! {}"


def launch(line, **environment):
    command = ["gst-launch-1.0", "--no-fault", "--no-position", "-t", "-m", *line.split()]
    return subprocess.run(command, env={**os.environ, "GST_DEBUG_NO_COLOR": "1", **environment}, timeout=120, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


class Inspect(unittest.TestCase):
    def test_important_lines_in_order(self):
        shown = subprocess.run(["gst-inspect-1.0", "photoplayer"], text=True, capture_output=True, timeout=120, check=True)
        lines = iter([line.rstrip() for line in shown.stdout.splitlines()])
        for wanted in GOLDEN.read_text().splitlines():
            self.assertIn(wanted.rstrip(), lines, f"gst-inspect does not show, or not here: {wanted}")
        self.assertEqual(shown.stderr, "")


class Launch(unittest.TestCase):
    def test_film_to_wav_without_a_leak(self):
        with tempfile.TemporaryDirectory() as folder:
            wav = pathlib.Path(folder) / "music.wav"
            line = FILM.format(100, "photoplayer tail=500", f"audioconvert ! wavenc ! filesink location={wav}")
            done = launch(line, GST_TRACERS="leaks", GST_DEBUG="GST_TRACER:7")
            self.assertEqual(done.returncode, 0, done.stderr[-2000:])
            # A WAV's header, then eight bytes a frame.
            self.assertAlmostEqual(wav.stat().st_size / 8 / 44100, 4.5, delta=0.01)
        self.assertEqual(re.findall(r"object-alive, type-name=\(string\)(?!%)[^\n]*", done.stderr), [])
        self.assertIn("Photoplayer 0", done.stdout)  # the encoder's tag
        self.assertIn("beats per minute", done.stdout)
        self.assertRegex(done.stdout, r"load-model|Loading the model|progress")

    def test_latency_tracer_live(self):
        line = ("videotestsrc is-live=true num-buffers=75 ! video/x-raw,width=320,height=180,framerate=25/1 ! "
                "photoplayer mode=instant ! queue ! fakesink sync=true")
        done = launch(line, GST_TRACERS="latency(flags=pipeline+element+reported)", GST_DEBUG="GST_TRACER:7")
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        pipeline = [int(t) / 1e9 for t in re.findall(r" latency,[^\n]* time=\(guint64\)(\d+)", done.stderr)]
        element = [int(t) / 1e9 for t in re.findall(r"element-latency,[^\n]*element=\(string\)photoplayer\d+,[^\n]*"
                                                    r"time=\(guint64\)(\d+)", done.stderr)]
        self.assertGreater(len(pipeline), 20)
        self.assertGreater(len(element), 20)
        self.assertLess(sorted(pipeline)[len(pipeline) // 2], 0.5)
        self.assertLess(sorted(element)[len(element) // 2], 0.1)

    def test_two_at_once(self):
        line = ("videotestsrc num-buffers=50 ! video/x-raw,width=64,height=36,framerate=25/1 ! tee name=t "
                "t. ! queue ! photoplayer seed=1 ! fakesink t. ! queue ! photoplayer seed=2 style=lofi ! fakesink")
        self.assertEqual(launch(line).returncode, 0)


class Player(unittest.TestCase):
    def setUp(self):
        self.pipeline = Gst.parse_launch(FILM.format(150, "photoplayer name=music", "fakesink name=sink"))
        self.music = self.pipeline.get_by_name("music")
        self.bus = self.pipeline.get_bus()

    def tearDown(self):
        self.pipeline.set_state(Gst.State.NULL)

    def reach(self, state):
        self.pipeline.set_state(state)
        result, now, _ = self.pipeline.get_state(30 * Gst.SECOND)
        self.assertEqual((result, now), (Gst.StateChangeReturn.SUCCESS, state))

    def until_end(self):
        seen = []
        while True:
            message = self.bus.timed_pop(60 * Gst.SECOND)
            self.assertIsNotNone(message, "no end within a minute")
            seen.append(message)
            if message.type in (Gst.MessageType.EOS, Gst.MessageType.ERROR):
                return seen

    def test_preroll_seek_and_play(self):
        before = Gst.util_get_timestamp()
        self.assertEqual(self.pipeline.set_state(Gst.State.PAUSED), Gst.StateChangeReturn.ASYNC)
        self.assertLess(Gst.util_get_timestamp() - before, Gst.SECOND)
        self.reach(Gst.State.PAUSED)
        self.assertTrue(self.pipeline.seek_simple(Gst.Format.TIME, Gst.SeekFlags.FLUSH, 2 * Gst.SECOND))
        self.reach(Gst.State.PLAYING)
        self.reach(Gst.State.PAUSED)
        self.music.set_property("tempo", 100.0)
        self.reach(Gst.State.PLAYING)
        seen = self.until_end()
        self.assertEqual(seen[-1].type, Gst.MessageType.EOS, str(seen[-1].parse_error() if seen[-1].type == Gst.MessageType.ERROR else ""))
        names = [m.get_structure().get_name() for m in seen if m.type == Gst.MessageType.ELEMENT]
        self.assertGreaterEqual(names.count("photoplayer-beat"), 2)
        self.assertGreaterEqual(names.count("photoplayer-state"), 2)
        stats = self.music.get_property("stats")
        self.assertGreater(stats.get_value("samples"), 44100)
        self.assertEqual(stats.get_value("failures"), 0)

    def test_progress_and_properties(self):
        self.music.set_property("style", "lofi")
        self.assertEqual(self.music.get_property("style").value_nick, "lofi")
        self.assertTrue(self.music.load_preset("Silent film"))
        self.assertEqual(self.music.get_property("style").value_nick, "piano")
        self.reach(Gst.State.PAUSED)
        kinds = []
        while message := self.bus.pop_filtered(Gst.MessageType.PROGRESS):
            kinds.append(message.parse_progress()[0])
        self.assertEqual(kinds, [Gst.ProgressType.START, Gst.ProgressType.COMPLETE])

    def test_missing_bundle_is_an_error_with_advice(self):
        self.music.set_property("bundle", "/nonexistent.bundle")
        self.pipeline.set_state(Gst.State.PLAYING)
        error, advice = self.until_end()[-1].parse_error()
        self.assertTrue(error.matches(Gst.ResourceError.quark(), Gst.ResourceError.NOT_FOUND), str(error))
        self.assertIn("/nonexistent.bundle", error.message)
        self.assertIn("bundle", advice)


if __name__ == "__main__":
    Gst.init(None)
    if Gst.ElementFactory.find("photoplayer") is None:
        sys.exit("GST_PLUGIN_PATH does not lead to the plugin")
    unittest.main(verbosity=2)
