# SPDX-License-Identifier: Apache-2.0
"""Piano roll and curves as SVG without words: stretched to any width, so that words would be, too; colours are the page's.

One user unit across is a millisecond, in every panel."""
LAYERS = ["melody", "harmony", "figure", "bass", "drums"]
ROW = 10  # user units per pitch
DRUM_ROW = 14
CURVE = 100  # height of a curve's panel


def ms(seconds):
    return round(seconds * 1000)


def lines(times, kind, height):
    return f'<path class="{kind}" d="{"".join(f"M{ms(time)} 0v{height}" for time in times)}"/>'


def svg(kind, seconds, height, *content):
    return (f'<svg class="{kind}" viewBox="0 0 {ms(seconds)} {height}" preserveAspectRatio="none" aria-hidden="true">'
            f'{"".join(content)}</svg>')


def boxes(notes, kind, place, height, least=40):
    """One path per layer keeps the page small."""
    path = "".join(f"M{ms(note.start)} {place(note):g}h{max(ms(note.end) - ms(note.start), least)}v{height}"
                   f"H{ms(note.start)}z" for note in notes)
    return f'<path class="{kind}" d="{path}"/>' if path else ""


def hops(seams, seconds, top, height):
    """Every other hop is filled."""
    edges = [0.0, *seams, seconds]
    path = "".join(f"M{ms(begin)} {top}H{ms(end)}v{height}H{ms(begin)}z"
                   for begin, end in zip(edges[::2], edges[1::2]))
    return f'<path class="hop" d="{path}"/>'


def roll(notes, report, cuts, seconds):
    """The SVG, and labels as (name, share of the height from the top)."""
    pitched = [note for note in notes if note.layer != "drums"]
    drums = [note for note in notes if note.layer == "drums"]
    low = min((note.pitch for note in pitched), default=58) - 2
    high = max((note.pitch for note in pitched), default=62) + 2
    kinds = sorted({note.pitch for note in drums}, reverse=True)
    pitch_foot = (high - low + 1) * ROW
    drum_top = pitch_foot + ROW
    hop_top = drum_top + DRUM_ROW * len(kinds) + ROW * bool(kinds)
    height = hop_top + 12

    def row(note):
        return (high - note.pitch) * ROW + 0.5

    octaves = [pitch for pitch in range(low, high + 1) if pitch % 12 == 0]
    content = [f'<path class="octave" d="{"".join(f"M0 {(high - pitch + 1) * ROW}H{ms(seconds)}" for pitch in octaves)}"/>',
               lines(report["bars"], "bar", hop_top)]
    for layer in reversed(LAYERS[:-1]):
        content.append(boxes([note for note in pitched if note.layer == layer], layer, row, ROW - 1))
    content.append(boxes(drums, "drums", lambda note: drum_top + kinds.index(note.pitch) * DRUM_ROW,
                         DRUM_ROW - 3, least=90))
    content += [lines(cuts, "cut", height), hops(report["seams"], seconds, hop_top, 12)]
    labels = [(f"C{pitch // 12 - 1}", (high - pitch + 0.5) * ROW / height) for pitch in octaves]
    return svg("roll", seconds, height, *content), labels


def scaled(values):
    """To 0…1, from the least to the most; what is not known stays None."""
    known = [value for value in values if value is not None]
    low, span = min(known, default=0.0), max(known, default=0.0) - min(known, default=0.0)
    return [None if value is None else (value - low) / span if span else 0.0 for value in values]


def curve(values, rate, kind):
    """A line that begins again after what is not known; 0 at the foot, 1 at the head."""
    path, drawing = "", False
    for i, value in enumerate(values):
        if value is not None:
            path += f"{'L' if drawing else 'M'}{round(1000 * i / rate)} {4 + (CURVE - 8) * (1 - value):.0f}"
        drawing = value is not None
    return f'<path class="line {kind}" d="{path}"/>'


def hill(values, rate, kind, sign):
    """Filled, from the middle up (-1) or down (1)."""
    middle = CURVE / 2
    path = f"M0 {middle:g}" + "".join(f"L{round(1000 * i / rate)} {middle + sign * value * (middle - 3):.0f}"
                                      for i, value in enumerate(values))
    return f'<path class="hill {kind}" d="{path}V{middle:g}z"/>'


def energy(curves):
    rate, seconds = curves["slow_rate_hz"], curves["seconds"]
    return svg("curve", seconds, CURVE, lines(curves["cuts"], "cut", CURVE),
               curve(scaled(curves["motion"]), rate, "picture"), curve(scaled(curves["loudness"]), rate, "sound"))


def hits(curves):
    rate, seconds = curves["fast_rate_hz"], curves["seconds"]
    picture = [value ** 0.5 for value in scaled(curves["novelty"])]  # beside a cut, whatever else moves would not show
    return svg("curve", seconds, CURVE, lines(curves["cuts"], "cut", CURVE),
               hill(picture, rate, "picture", -1), hill(curves["onsets"], rate, "sound", 1))
