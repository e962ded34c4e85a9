#!/usr/bin/env bash
# Plays $1 seconds (default 600) live through the shipped bundle, in real time, in mode $2 (default instant), and fails on
# a missing sample, on memory that grows, or on a queue longer than its bound. Then measures event to audio, apart.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-600}
mode=${2:-instant}
player=build/release/bin/photoplayer
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$player" latency --seconds "$seconds" --mode "$mode" --events 0 --json "$folder/live.json" > "$folder/live.txt" &
pid=$!
begin=$SECONDS
while kill -0 "$pid" 2> /dev/null; do
  # Not what is computed from the run when it is over.
  if ((SECONDS - begin < seconds)); then
    awk -v at=$((SECONDS - begin)) '/^VmRSS/ {print at, $2}' "/proc/$pid/status" >> "$folder/memory" 2> /dev/null || true
  fi
  sleep 1
done
wait "$pid"
"$player" latency --seconds 5 --mode "$mode" --events 40 --json "$folder/events.json" > /dev/null
cat "$folder/live.txt"
python3 - "$folder" "$seconds" <<'PY'
import json, pathlib, sys
folder, seconds = pathlib.Path(sys.argv[1]), float(sys.argv[2])
live, events = (json.loads((folder / name).read_text()) for name in ("live.json", "events.json"))
memory = [tuple(map(int, line.split())) for line in (folder / "memory").read_text().splitlines()]
settled = [kb for at, kb in memory if at >= 60] or [memory[-1][1]]
drift_mb = (max(settled) - min(settled)) / 1024
def show(of):
    if not of["count"]: return "nothing"
    return ", ".join(f"{name} {of[name]:.0f}" for name in ("p50", "p95", "p99", "p999", "max"))
print(f"memory: {settled[-1] / 1024:.0f} MB, within {drift_mb:.1f} MB after the first minute")
print(f"queue, ms: {show(live['queue_ms'])}; limit {live['queue_limit_ms']:.0f}")
for name in ("event_to_audio_ms", "event_to_accent_ms", "event_to_score_ms"):
    print(f"{name}: {show(events[name])} of {events[name]['count']}")
print(f"live_accent_ms: {show(live['live_accent_ms'])} of {live['live_accent_ms']['count']}")
print("ladder:", live["ladder"], live["live"])
faults = []
if live["underruns"]: faults.append("samples were missing")
if live["failures"]: faults.append("windows failed")
if sum(live["ladder"][rung] for rung in ("look_ahead", "repeat_bar", "bed")): faults.append("hops came too late")
if live["queue_ms"]["max"] > live["queue_limit_ms"]: faults.append("the queue was longer than its bound")
if drift_mb > 10.0: faults.append("memory did not stay within 5 MB to either side")
if abs(live["audio_seconds"] - seconds) > 0.05: faults.append("the length is wrong")
if live["windows"] < seconds / 3: faults.append("too few windows for that much music")
if not events["event_to_audio_ms"]["count"]: faults.append("no event was heard")
sys.exit("soak: " + "; ".join(faults) if faults else 0)
PY
echo "soak: $seconds s without a gap"
