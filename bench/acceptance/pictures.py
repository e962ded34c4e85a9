# SPDX-License-Identifier: Apache-2.0
"""5. A result as a picture: piano roll with beats, bars and cuts, above spectrogram and waveform."""
import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

from common import read_sound  # noqa: E402
from notes import LAYERS, read_notes  # noqa: E402

COLOURS = dict(zip(LAYERS, ("#d62728", "#2ca02c", "#ff7f0e", "#1f77b4", "#555555")))


def draw(path, notes, music, rate, report, title, cuts=(), begin=0.0, end=None):
    end = min(end or 1e9, len(music) / rate)
    figure, (roll, spectrum, wave) = plt.subplots(3, 1, figsize=(18, 12), sharex=True, height_ratios=(5, 3, 1.3), layout="constrained")
    for n in notes:
        if n.end > begin and n.start < end:
            pitch = n.pitch if n.pitched else 20 + (n.pitch - 35) / 3  # drums below the lowest bass
            roll.barh(pitch, max(n.end - n.start, 0.05), left=n.start, height=0.9, color=COLOURS[n.layer], alpha=0.4 + 0.6 * n.velocity / 127)
    for beat in report["beats"]:
        roll.axvline(beat, color="#dddddd", lw=0.5, zorder=0)
    for bar in report["bars"]:
        roll.axvline(bar, color="#999999", lw=0.8, zorder=0)
    for axis in (roll, wave):
        for cut in cuts:
            axis.axvline(cut, color="#e377c2", lw=1.6, zorder=1)
        for event in report["visual_events"]:
            if event["kind"] == "cut":
                axis.axvline(event["time"], color="#9467bd", lw=1.0, ls="--", zorder=1)
            if event["taken"] and begin <= event["accent_time"] <= end:
                axis.plot(event["accent_time"], axis.get_ylim()[1] if axis is wave else 104, "v", color="#9467bd", ms=5, clip_on=False)
    for seam in report["seams"]:
        wave.axvline(seam, color="#17becf", lw=0.8, zorder=1)
    roll.set(ylim=(14, 106), ylabel="pitch (drums below 35)", title=title)
    roll.legend(handles=[plt.Line2D([], [], color=c, lw=5, label=layer) for layer, c in COLOURS.items()] + [
        plt.Line2D([], [], color="#e377c2", label="true cut"), plt.Line2D([], [], color="#9467bd", ls="--", label="seen cut, ▼ accent"),
        plt.Line2D([], [], color="#17becf", label="seam")], loc="upper right", ncols=4, fontsize=8)
    part = music[int(begin * rate):int(end * rate)].mean(axis=1)
    _, _, _, image = spectrum.specgram(part + 1e-9, NFFT=2048, Fs=rate, noverlap=1024, xextent=(begin, end), cmap="magma", vmin=-140, vmax=-40)
    spectrum.set(yscale="symlog", ylim=(40, 16000), ylabel="Hz")
    step = max(1, len(part) // 6000)
    whole = part[:len(part) // step * step].reshape(-1, step)
    time = begin + np.arange(len(whole)) * step / rate
    wave.fill_between(time, whole.min(axis=1), whole.max(axis=1), color="#333333", lw=0)
    wave.set(ylim=(-1, 1), xlim=(begin, end), xlabel="s")
    figure.savefig(path, dpi=70)
    plt.close(figure)
    return path


def make(checks, player, wanted):
    """`wanted`: (picture, film, wav, mid, options, cuts, from, to)"""
    for name, film, wav, mid, options, cuts, begin, end in wanted:
        done, wav = player.score(film, wav, "--seed", "1", *options)
        made, mid = player.score(film, mid, "--seed", "1", *options)
        if done.rc != 0 or made.rc != 0:
            checks.add("picture", name, "exit codes", f"{done.rc}, {made.rc}", "0, 0", False, " ".join(done.stderr + made.stderr))
            continue
        music, rate = read_sound(wav)
        r = done.report
        title = f"{name}: {r['style']}, {r['key']} {r['scale']}, {r['tempo_bpm']:.1f} BPM, seed {r['seed']}, {r['notes']} notes"
        out = draw(player.folder / f"{name}.png", read_notes(mid), music, rate, r, title, cuts, begin, end)
        checks.add("picture", name, "drawn", out.name, "", None)
