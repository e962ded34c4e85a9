// SPDX-License-Identifier: Apache-2.0
#include "plot/loss_plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "plot/panel.h"

namespace photoplayer::tools {
namespace {

constexpr int kWidth = 1100;
constexpr double kPanel = 120.0, kGap = 70.0;

/// On an even grid, so that a curve may be drawn; empty cells stay open.
std::vector<double> even(const std::map<double, double>& values, double end, std::size_t cells) {
  std::vector<double> sums(cells, 0.0), counts(cells, 0.0);
  for (const auto& [step, value] : values) {
    const auto cell = std::min(cells - 1, static_cast<std::size_t>(step / end * static_cast<double>(cells - 1) + 0.5));
    sums[cell] += value;
    counts[cell] += 1.0;
  }
  for (std::size_t i = 0; i < cells; ++i) {
    sums[i] = counts[i] > 0.0 ? sums[i] / counts[i] : std::numeric_limits<double>::quiet_NaN();
  }
  return sums;
}

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

void draw(Plot& plot, double top, const std::string& title, const std::map<double, double>& values) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const auto& [step, value] : values) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (high <= low) high = low + 1.0;
  const double end = std::max(1.0, values.rbegin()->first);
  const auto cells = std::clamp<std::size_t>(values.size(), 2, 400);
  Panel panel(plot, top, kPanel, title + ", last " + short_number(values.rbegin()->second));
  panel.ranges(end, low, high);
  panel.grid_y(low, short_number(low));
  panel.grid_y(high, short_number(high));
  panel.ticks_x("steps");
  panel.curve(even(values, end, cells), static_cast<double>(cells - 1) / end, kInks[0]);
}

}  // namespace

LossCurves read_loss_curves(std::istream& log) {
  static const std::set<std::string> kNoCurves = {"step", "share", "seconds_left"};
  LossCurves curves;
  std::string text;
  while (std::getline(log, text)) {
    const auto line = nlohmann::json::parse(text, nullptr, false);
    if (!line.is_object() || !line.contains("step") || !line["step"].is_number()) continue;
    const auto stage = line.find("stage");
    if (stage == line.end() || !stage->is_string()) continue;
    for (const auto& [name, value] : line.items()) {
      if (!value.is_number() || kNoCurves.contains(name) || !std::isfinite(value.get<double>())) continue;
      curves[{stage->get<std::string>(), name}][line["step"].get<double>()] = value.get<double>();
    }
  }
  return curves;
}

Result<std::string> loss_plot(const LossCurves& curves) {
  if (curves.empty()) return fail(ErrorCode::kBadInput, "the training log holds no losses yet");
  Plot plot(kWidth, static_cast<int>(static_cast<double>(curves.size()) * (kPanel + kGap) + kGap));
  double top = kGap * 0.6;
  for (const auto& [names, values] : curves) {
    draw(plot, top, names.first + ": " + names.second, values);
    top += kPanel + kGap;
  }
  return plot.png();
}

Result<void> write_loss_plot(const std::filesystem::path& run_folder) {
  std::ifstream log(run_folder / "log.jsonl");
  const auto png = loss_plot(read_loss_curves(log));
  if (!png) return tl::unexpected(png.error());
  const auto path = run_folder / "loss.png", part = run_folder / "loss.png.part";
  std::ofstream file(part, std::ios::binary);
  file << *png;
  file.close();
  std::error_code renamed;
  if (file) std::filesystem::rename(part, path, renamed);
  if (!file || renamed) return fail(ErrorCode::kOutput, "cannot write '" + path.string() + "'");
  return {};
}

}  // namespace photoplayer::tools
