#!/usr/bin/env bash
# Plays a generated film of $1 seconds in real time through the shipped bundle and fails if one sample was missing.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-600}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
gst-launch-1.0 -q videotestsrc pattern=ball num-buffers=$((seconds * 10)) ! video/x-raw,width=320,height=180,framerate=10/1 \
  ! videoconvert ! jpegenc ! matroskamux ! filesink location="$folder/film.mkv"
build/release/bin/photoplayer score "$folder/film.mkv" -o "$folder/music.wav" --realtime --report "$folder/report.json"
python3 - "$folder/report.json" "$seconds" <<'PY'
import json, sys
report = json.load(open(sys.argv[1]))
seconds = float(sys.argv[2])
print({key: report[key] for key in ("audio_seconds", "rtf", "underruns", "ladder", "windows")})
faults = []
if report["underruns"]: faults.append("samples were missing")
if report["ladder"]["bed"]: faults.append("the music gave out")
if abs(report["audio_seconds"] - seconds) > 0.05: faults.append("the length is wrong")
if report["windows"] < seconds / 3: faults.append("too few windows for that much music")
sys.exit("soak: " + "; ".join(faults) if faults else 0)
PY
echo "soak: $seconds s without a gap"
