# SPDX-License-Identifier: Apache-2.0
"""The notes of a MIDI file that `photoplayer score` wrote, in seconds. Running status and SMPTE time do not occur there."""
import struct
import typing


class Note(typing.NamedTuple):
    layer: str
    pitch: int
    start: float
    end: float


def _number(data, at):
    value = 0
    while True:
        value = value << 7 | data[at] & 0x7F
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def _events(track):
    """Yields (tick, status, body), for a meta event (tick, 0x100 + type, body)."""
    at, tick = 0, 0
    while at < len(track):
        delta, at = _number(track, at)
        tick += delta
        status = track[at]
        if status == 0xFF:
            length, body = _number(track, at + 2)
            yield tick, 0x100 + track[at + 1], track[body:body + length]
            at = body + length
        else:
            length = 1 if status >> 4 in (0xC, 0xD) else 2
            yield tick, status, track[at + 1:at + 1 + length]
            at += 1 + length


def _clock(tempos, ticks_per_quarter):
    """tempos: (tick, microseconds per quarter), by tick. Returns tick -> seconds."""
    knots, seconds, last, us = [], 0.0, 0, 500_000
    for tick, next_us in [(0, us), *tempos]:
        seconds += (tick - last) * us / 1e6 / ticks_per_quarter
        knots.append((tick, seconds, next_us))
        last, us = tick, next_us

    def time(tick):
        begin, at, pace = next(knot for knot in reversed(knots) if knot[0] <= tick)
        return at + (tick - begin) * pace / 1e6 / ticks_per_quarter
    return time


def read_notes(data):
    if data[:4] != b"MThd":
        raise ValueError("no MIDI file")
    ticks_per_quarter, = struct.unpack(">H", data[12:14])
    tracks, at = [], 14
    while at + 8 <= len(data):
        length, = struct.unpack(">I", data[at + 4:at + 8])
        tracks.append(list(_events(data[at + 8:at + 8 + length])))
        at += 8 + length
    time = _clock([(tick, int.from_bytes(body, "big")) for tick, status, body in tracks[0] if status == 0x151],
                  ticks_per_quarter)
    notes = []
    for events in tracks:
        layer = next((body.decode() for _, status, body in events if status == 0x103), "")
        since = {}
        for tick, status, body in events:
            if status >> 4 not in (0x8, 0x9):
                continue
            if body[0] in since:
                notes.append(Note(layer, body[0], time(since.pop(body[0])), time(tick)))
            if status >> 4 == 0x9 and body[1] > 0:
                since[body[0]] = tick
    return sorted(notes, key=lambda note: (note.start, note.pitch))
