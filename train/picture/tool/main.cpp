// SPDX-License-Identifier: Apache-2.0
/// render_clip: a clip whose cuts and flashes are known. Makes the demo clip and the clips of the cut
/// evaluation.
#include "clip_options.h"
#include "clip_writer.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace photoplayer::train {
namespace {

/// Something to move to: a drum on each beat, a melody in eighths with rests.
Piece pulse(const ClipOptions& options) {
  Piece piece;
  piece.source = "render_clip";
  piece.style = options.style;
  piece.tempo_bpm = options.tempo_bpm;
  piece.beats = static_cast<int>(std::ceil(options.seconds * options.tempo_bpm / 60.0));
  piece.valence = options.valence;
  piece.arousal = options.arousal;
  for (int beat = 0; beat < piece.beats; ++beat) {
    const int step = beat * stream::kStepsPerBeat;
    piece.notes.push_back({step, 1, stream::Layer::kDrums, static_cast<std::uint8_t>(beat % 2 == 0 ? 36 : 38)});
    piece.notes.push_back({step, 2, stream::Layer::kMelody, 60});
    if (beat % 4 != 3) piece.notes.push_back({step + 2, 2, stream::Layer::kMelody, 64});
  }
  return piece;
}

void write_sidecar(const ClipOptions& options, const PictureRenderer& renderer) {
  nlohmann::json events = nlohmann::json::array();
  for (const PlannedEvent& event : renderer.events()) {
    if (event.time_s >= options.seconds) continue;
    // A cut becomes visible with the first frame at or after it.
    const double shown_s = std::ceil(event.time_s * options.fps - 1e-9) / options.fps;
    events.push_back({{"time", event.time_s},
                      {"shown", shown_s},
                      {"kind", planned_kind_name(event.kind)},
                      {"strength", event.strength}});
  }
  std::ofstream out(options.sidecar);
  out << nlohmann::json{{"seconds", options.seconds}, {"fps", options.fps}, {"seed", options.seed}, {"events", events}}
             .dump(1)
      << '\n';
  if (!out) throw std::runtime_error("cannot write '" + options.sidecar + "'");
}

void render_clip(const ClipOptions& options) {
  RenderSettings settings;
  settings.coupling = 0.7F;
  settings.mismatch_probability = 0.0F;
  settings.grain = false;
  settings.calm = options.calm;
  settings.scenes = options.scenes;
  const PictureRenderer renderer(pulse(options), options.seed, settings);
  ClipWriter writer(options);
  std::vector<std::uint8_t> rgb(static_cast<std::size_t>(options.width * options.height) * 3);
  const int frames = static_cast<int>(std::lround(options.seconds * options.fps));
  for (int frame = 0; frame < frames; ++frame) {
    renderer.render(static_cast<double>(frame) / options.fps, rgb, options.width, options.height);
    writer.write(rgb);
  }
  writer.finish();
  if (!options.sidecar.empty()) write_sidecar(options, renderer);
}

}  // namespace
}  // namespace photoplayer::train

int main(int argc, char** argv) {
  using namespace photoplayer::train;
  ClipOptions options;
  try {
    options = parse_clip_options(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "render_clip: %s\n%s", error.what(), clip_usage());
    return 2;
  }
  try {
    render_clip(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "render_clip: %s\n", error.what());
    return 1;
  }
  return 0;
}
