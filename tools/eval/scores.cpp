// SPDX-License-Identifier: Apache-2.0
#include "eval/eval_command.h"
#include "eval/eval_plots.h"

#include <photoplayer/train/copy_check.h>
#include <photoplayer/train/score_metrics.h>
#include <photoplayer/train/statistics.h>

#include <array>
#include <cstdio>

namespace photoplayer::tools {
namespace {

using namespace train;

struct Measure {
  const char* name;
  double (*of)(const WrittenMusic&);
};
constexpr std::array<Measure, 7> kMeasures = {{
    {"pitch-class entropy", pitch_class_entropy},
    {"scale consistency", scale_consistency},
    {"groove similarity", groove_similarity},
    {"empty-beat rate", empty_beat_rate},
    {"structure index 3-8 s", [](const WrittenMusic& m) { return structure_index(m, 3.0, 8.0); }},
    {"structure index 8-15 s", [](const WrittenMusic& m) { return structure_index(m, 8.0, 15.0); }},
    {"structure index over 15 s", [](const WrittenMusic& m) { return structure_index(m, 15.0, 1e9); }},
}};

Result<std::vector<WrittenMusic>> read_folder(const std::filesystem::path& folder, EvalResults& results) {
  const auto files = files_in(folder);
  if (!files) return tl::unexpected(files.error());
  std::vector<WrittenMusic> scores;
  for (const auto& file : *files) {
    if (!is_midi(file)) continue;
    auto score = read_written_music(file);
    if (score)
      scores.push_back(std::move(*score));
    else
      results.warnings.push_back(score.error().message);
  }
  if (scores.empty()) return fail(ErrorCode::kBadInput, "there is no MIDI file with notes in " + folder.string());
  return scores;
}

std::vector<double> measured(const std::vector<WrittenMusic>& scores, const Measure& measure) {
  std::vector<double> values;
  for (const WrittenMusic& score : scores) values.push_back(measure.of(score));
  return values;
}

void check_copies(const std::vector<WrittenMusic>& scores, const std::vector<WrittenMusic>& reference,
                  EvalResults& results) {
  const CopyCheck check(reference);
  const std::string group = "copies (phrases shared with the nearest piece of the reference)";
  std::vector<double> real, made;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    if (const auto found = check.nearest(reference[i], i)) real.push_back(found->shared);
  }
  std::string worst;
  double most = -1.0;
  for (const WrittenMusic& score : scores) {
    const auto found = check.nearest(score);
    if (!found) continue;
    made.push_back(found->shared);
    results.pieces["scores"][score.name]["nearest"] = reference[found->reference].name;
    results.pieces["scores"][score.name]["shared"] = found->shared;
    if (found->shared > most) most = found->shared, worst = score.name + " of " + reference[found->reference].name;
  }
  if (made.empty() || real.empty()) {
    results.add(group, "mean share", std::nullopt, "the pieces are too short to tell");
    return;
  }
  const double limit = quantile(real, 0.95);
  double over = 0.0;
  for (const double share : made) over += share > limit ? 1.0 / static_cast<double>(made.size()) : 0.0;
  char note[80];
  std::snprintf(note, sizeof note, "between the reference's own pieces %.3f", mean(real));
  results.add(group, "mean share", mean(made), note);
  results.add(group, "largest share", most, worst);
  std::snprintf(note, sizeof note, "share more than %.3f; 0.05 of the reference's own do", limit);
  results.add(group, "copy rate", over, note);
}

}  // namespace

Result<void> evaluate_scores(const EvalOptions& options, EvalResults& results, const std::atomic<bool>& cancelled) {
  const auto scores = read_folder(options.midi, results);
  if (!scores) return tl::unexpected(scores.error());
  std::vector<WrittenMusic> reference;
  if (!options.reference.empty()) {
    auto read = read_folder(options.reference, results);
    if (!read) return tl::unexpected(read.error());
    reference = std::move(*read);
  }
  const std::string group = "scores (" + std::to_string(scores->size()) + " against " +
                            std::to_string(reference.size()) + " of the reference)";
  for (const Measure& measure : kMeasures) {
    if (cancelled) return fail(ErrorCode::kCancelled, "interrupted");
    const auto values = measured(*scores, measure);
    for (std::size_t i = 0; i < values.size(); ++i)
      results.pieces["scores"][(*scores)[i].name][measure.name] = values[i];
    std::string note;
    if (!reference.empty()) {
      const auto real = measured(reference, measure);
      const double low = quantile(real, 0.05), high = quantile(real, 0.95);
      double inside = 0.0;
      for (const double value : values) inside += value >= low && value <= high ? 1.0 : 0.0;
      char text[120];
      std::snprintf(text, sizeof text, "reference %.3f, 5-95 %%: %.3f to %.3f, %.0f %% inside", mean(real), low, high,
                    100.0 * inside / static_cast<double>(values.size()));
      note = text;
    }
    results.add(group, measure.name, mean(values), note);
  }
  if (!reference.empty()) check_copies(*scores, reference, results);
  if (options.plots.empty()) return {};
  for (const WrittenMusic& score : *scores) {
    if (auto done = plot_piano_roll(score, options.plots / (score.name + "-roll.png")); !done) return done;
  }
  return {};
}

}  // namespace photoplayer::tools
