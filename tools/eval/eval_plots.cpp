// SPDX-License-Identifier: Apache-2.0
#include "eval/eval_plots.h"

#include "media/output_file.h"
#include "plot/panel.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace photoplayer::tools {
namespace {

constexpr int kWidth = 1200;

Result<void> write(const Plot& plot, const std::filesystem::path& path) {
  const auto png = plot.png();
  if (!png) return tl::unexpected(png.error());
  auto file = OutputFile::create(path);
  if (!file) return tl::unexpected(file.error());
  if (auto done = file->write_all(*png); !done) return done;
  return file->commit();
}

const Ink& ink(std::size_t index) {
  return kInks[index % std::size(kInks)];
}

/// Brought to 0…1 where it is finite.
std::vector<double> scaled(std::vector<double> values) {
  double low = 1e300, high = -1e300;
  for (const double value : values) {
    if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  }
  for (double& value : values) value = high > low ? (value - low) / (high - low) : 0.0;
  return values;
}

}  // namespace

Result<void> plot_piano_roll(const train::WrittenMusic& music, const std::filesystem::path& file) {
  Plot plot(kWidth, 560);
  Panel panel(plot, 50.0, 450.0, music.name);
  int low = 127, high = 0;
  for (const auto& note : music.notes) low = std::min(low, note.pitch), high = std::max(high, note.pitch);
  panel.ranges(music.length(), low - 2, high + 2);
  for (int pitch = (low + 11) / 12 * 12; pitch <= high; pitch += 12)
    panel.grid_y(pitch, "C" + std::to_string(pitch / 12 - 1));
  for (const double bar : music.bars) panel.mark(bar, kGridInk);
  std::map<int, std::size_t> inks;
  for (const auto& note : music.notes) {
    const auto [at, is_new] = inks.try_emplace(note.voice, inks.size());
    if (is_new && at->second < 20)
      panel.legend(static_cast<int>(at->second), note.drum ? "drums" : "channel " + std::to_string(note.voice + 1),
                   ink(at->second));
    panel.box(note.start, note.pitch - 0.4, note.end, note.pitch + 0.4, ink(at->second));
  }
  panel.ticks_x("quarters");
  return write(plot, file);
}

Result<void> plot_pair(const FilmCurves& film, const train::LoudnessCurves& loudness, const train::Onsets& onsets,
                       const std::string& name, const std::filesystem::path& file) {
  Plot plot(kWidth, 620);
  Panel energy(plot, 50.0, 220.0, name + ": motion against loudness, each from its least to its most");
  energy.ranges(film.length_s, 0.0, 1.0);
  for (const double cut : film.cuts_s) energy.mark(cut, kAlarmInk);
  energy.curve(scaled(film.motion_smooth), train::kLoudnessRate_hz, ink(0));
  energy.curve(scaled(loudness.short_term), train::kLoudnessRate_hz, ink(1));
  energy.curve(scaled(loudness.momentary), train::kLoudnessRate_hz, {1.0, 0.8, 0.6});
  energy.legend(0, "motion, 3 s", ink(0));
  energy.legend(1, "loudness, 3 s", ink(1));
  energy.legend(2, "loudness, 0.4 s", {1.0, 0.8, 0.6});
  energy.legend(3, "cut", kAlarmInk);
  energy.ticks_x("s");
  Panel hits(plot, 340.0, 220.0, "What changes in the picture, and onsets");
  hits.ranges(film.length_s, 0.0, 2.0);
  for (const double cut : film.cuts_s) hits.mark(cut, kAlarmInk, 2.0);
  auto novelty = scaled(film.novelty), curve = onsets.curve;
  for (double& value : novelty) value += 1.0;
  hits.curve(novelty, train::kCurveRate_hz, ink(0));
  hits.curve(curve, train::kCurveRate_hz, ink(1));
  hits.legend(0, "picture", ink(0));
  hits.legend(1, "onset strength", ink(1));
  hits.legend(2, "cut", kAlarmInk);
  hits.ticks_x("s");
  return write(plot, file);
}

}  // namespace photoplayer::tools
