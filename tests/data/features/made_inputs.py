# SPDX-License-Identifier: Apache-2.0
"""Inputs by formula, the same as tests/support/made_inputs.h makes them."""
import numpy as np

RATE = 44100


def noise(seed, count):
    """`count` states after `seed` of x -> 1664525 x + 1013904223 mod 2^32."""
    powers = np.full(count, 1664525, np.uint32)
    np.multiply.accumulate(powers, out=powers)
    sums = np.ones(count, np.uint32)
    sums[1:] = powers[:-1]
    np.add.accumulate(sums, out=sums)
    return powers * np.uint32(seed) + sums * np.uint32(1013904223)


def signed(states):
    return states.astype(np.float64) / 2.0**31 - 1.0


def picture(width, height, seed, turn=0):
    """[height, width, 3]: ramps and a chessboard under noise; `turn` moves them to other channels."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    patterns = [x * 255 // max(width - 1, 1), y * 255 // max(height - 1, 1), (x // 16 + y // 16) % 2 * 255]
    plain = np.stack([patterns[(c + turn) % 3] for c in range(3)], axis=-1)
    grain = (noise(seed, width * height * 3) >> 24).reshape(height, width, 3)
    return ((3 * plain + grain) >> 2).astype(np.uint8)


def curve(seed, count, steps=0):
    """Two waves and noise, rounded down to 1 / steps if that is above 0."""
    i = np.arange(count, dtype=np.float64)
    values = np.sin(0.05 * i) + 0.4 * np.sin(0.31 * i + seed) + 0.3 * signed(noise(seed, count))
    return np.floor(values * steps) / steps if steps else values


def band(samples, seed):
    """A rising tone, a swelling tone, and bursts of noise about twice a second with different strengths, in 16 bits."""
    t = np.arange(samples, dtype=np.float64) / RATE
    music = 0.2 * np.sin(2 * np.pi * (80.0 * t + 40.0 * t * t))
    music += 0.1 * np.sin(2 * np.pi * 440.0 * t) * (0.5 + 0.5 * np.sin(2 * np.pi * 0.25 * t))
    dice = noise(seed, 256)
    at_s, hit = 0.35, 0
    while at_s < samples / RATE:
        first = int(at_s * RATE)
        count = min(samples - first, RATE * 2 // 5)
        loudness = 0.05 + 0.6 * (float(dice[2 * hit]) / 2.0**32)
        decay = np.exp(-12.0 * np.arange(count, dtype=np.float64) / RATE)
        music[first : first + count] += loudness * decay * signed(noise(seed + 1 + hit, count))
        at_s += 0.3 + 0.4 * (float(dice[2 * hit + 1]) / 2.0**32)
        hit += 1
    return (np.floor(music * 32768.0 + 0.5) / 32768.0).astype(np.float32)


def clicks(samples):
    """One full-scale sample at each whole second from the first on, louder and softer in turns, else silence."""
    music = np.zeros(samples, np.float32)
    for second in range(1, samples // RATE + 1):
        if second * RATE < samples:
            music[second * RATE] = 1.0 if second % 2 else 0.5
    return music
