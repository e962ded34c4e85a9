#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gallery_test.py PROGRAMS PHOTOPLAYER: tools/gallery, on a film of three seconds and with a scripted model."""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

GALLERY = pathlib.Path(__file__).resolve().parent.parent.parent / "tools/gallery"
sys.path.insert(0, str(GALLERY))
import drawing  # noqa: E402
import midi_notes  # noqa: E402

PROGRAMS, PHOTOPLAYER = sys.argv[1:3]


def gallery(folder, photoplayer=PHOTOPLAYER, **environment):
    return subprocess.run([sys.executable, GALLERY / "gallery.py", folder, "--programs", PROGRAMS, "--photoplayer", photoplayer,
                           "--seconds", "3", "--pieces", "1"], text=True, capture_output=True, timeout=60, check=False,
                          env=environment or None)


class Parts(unittest.TestCase):
    def test_notes_are_in_seconds_across_a_change_of_tempo(self):
        def track(*events):
            body = b"".join(events) + b"\0\xff\x2f\0"
            return b"MTrk" + len(body).to_bytes(4, "big") + body
        tempi = track(b"\0\xff\x51\3\x0f\x42\x40", b"\x60\xff\x51\3\x07\xa1\x20")  # 1 s, from tick 96 half a second
        bass = track(b"\0\xff\3\4bass", b"\0\xc3\x20", b"\x30\x93\x24\x40", b"\x60\x83\x24\0")  # tick 48 to 144
        notes = midi_notes.read_notes(b"MThd\0\0\0\6\0\1\0\2\0\x60" + tempi + bass)
        self.assertEqual(notes, [("bass", 36, 0.5, 1.25)])

    def test_a_curve_breaks_where_nothing_is_known(self):
        path = drawing.curve([None, 0.0, 1.0, None, 1.0], 10, "sound")
        self.assertIn('d="M100 96L200 4M400 4"', path)

    def test_every_other_hop_is_filled(self):
        self.assertIn('d="M0 0H1000v5H0zM2000 0H3000v5H2000z"', drawing.hops([1.0, 2.0], 3.0, 0, 5))


class Page(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.TemporaryDirectory()
        self.addCleanup(self.home.cleanup)
        self.folder = pathlib.Path(self.home.name, "gallery")

    def assert_refused(self, done, words):
        self.assertEqual(done.returncode, 1)
        lines = [line for line in done.stderr.splitlines() if "SKIPPED" not in line]
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertIn(words, lines[0])
        self.assertFalse(pathlib.Path(f"{self.folder}.part").exists())

    def test_a_page_with_all_that_it_links_to(self):
        done = gallery(self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([path.name for path in self.folder.parent.iterdir()], ["gallery"])
        page = (self.folder / "index.html").read_text()
        links = re.findall(r'(?:src|href|poster)="([^"#]+)"', page)
        self.assertIn("media/piano.mp4", links)
        for link in links:
            self.assertTrue((self.folder / link).is_file(), link)
        self.assertRegex(page, r'<path class="(melody|harmony|figure|bass)" d="M')
        self.assertEqual(page.count("<article"), 1)
        for file in self.folder.rglob("*"):
            if file.suffix in (".html", ".json"):
                self.assertNotIn(self.home.name, file.read_text(), file)
        # What fails later leaves the page as it was.
        self.assert_refused(gallery(self.folder, photoplayer="/bin/false"), "/bin/false failed")
        self.assertEqual((self.folder / "index.html").read_text(), page)

    def test_somebody_elses_folder_is_left_alone(self):
        self.folder.mkdir()
        (self.folder / "letter.txt").write_text("dear")
        self.assert_refused(gallery(self.folder), "holds something else")
        self.assertEqual((self.folder / "letter.txt").read_text(), "dear")

    def test_clips_that_were_named_must_be_there(self):
        done = gallery(self.folder, PHOTOPLAYER_CLIPS=f"{self.home.name}/none")
        self.assert_refused(done, "PHOTOPLAYER_CLIPS")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
