// SPDX-License-Identifier: Apache-2.0
#include "eval/eval_command.h"
#include "media/sound_reader.h"
#include "progress.h"

#include <photoplayer/train/distribution_metrics.h>
#include <photoplayer/train/yamnet.h>

#include <algorithm>

namespace photoplayer::tools {
namespace {

using namespace train;

/// A folder as the network hears it. A part is ten seconds (a shorter rest counts if it is a piece's only part).
struct HeardSet {
  std::vector<float> patches, parts, scores;
  std::size_t pieces = 0;
};

Result<HeardSet> hear(const std::filesystem::path& folder, const Yamnet& yamnet, EvalResults& results,
                      const std::atomic<bool>& cancelled) {
  constexpr std::size_t kPart = 20;  // patches
  const auto files = files_in(folder);
  if (!files) return tl::unexpected(files.error());
  HeardSet set;
  Progress progress(stderr);
  for (std::size_t i = 0; i < files->size(); ++i) {
    progress.show_share(static_cast<double>(i) / static_cast<double>(files->size()));
    const auto& file = (*files)[i];
    if (!is_sound(file) && !is_film(file)) continue;
    const auto sound = read_sound(file, kYamnetRate_hz, 1, cancelled);
    const auto heard = sound ? yamnet.listen(*sound) : Result<Heard>(tl::unexpected(sound.error()));
    if (!heard) {
      if (heard.error().code != ErrorCode::kBadInput) return tl::unexpected(heard.error());
      results.warnings.push_back(heard.error().message);
      continue;
    }
    ++set.pieces;
    set.patches.insert(set.patches.end(), heard->embeddings.begin(), heard->embeddings.end());
    set.scores.insert(set.scores.end(), heard->scores.begin(), heard->scores.end());
    for (std::size_t from = 0; from == 0 || from + kPart <= heard->patches; from += kPart) {
      const std::size_t count = std::min(kPart, heard->patches - from);
      std::vector<float> part(kYamnetDims, 0.0F);
      for (std::size_t k = 0; k < count * kYamnetDims; ++k)
        part[k % kYamnetDims] += heard->embeddings[from * kYamnetDims + k] / static_cast<float>(count);
      set.parts.insert(set.parts.end(), part.begin(), part.end());
    }
  }
  if (set.pieces == 0) return fail(ErrorCode::kBadInput, "there is no music in " + folder.string());
  return set;
}

}  // namespace

Result<void> evaluate_recordings(const EvalOptions& options, EvalResults& results, const std::atomic<bool>& cancelled) {
  const auto yamnet = Yamnet::load(options.yamnet);
  if (!yamnet) return tl::unexpected(yamnet.error());
  const auto reference = hear(options.reference, *yamnet, results, cancelled);
  if (!reference) return tl::unexpected(reference.error());
  const auto music = hear(options.music, *yamnet, results, cancelled);
  if (!music) return tl::unexpected(music.error());
  const std::string group =
      "recordings (YAMNet's ears: not VGGish, PANNs or CLAP; compare only with figures from here)";
  const auto add = [&](const char* name, const auto& value, std::string note) {
    if (value)
      results.add(group, name, *value, std::move(note));
    else
      results.add(group, name, std::nullopt, value.error().message);
  };
  const Samples real{reference->patches, kYamnetDims}, made{music->patches, kYamnetDims};
  const Samples real_parts{reference->parts, kYamnetDims}, made_parts{music->parts, kYamnetDims};
  add("FAD", frechet_distance(real, made),
      "of " + std::to_string(made.rows()) + " patches of 0.98 s against " + std::to_string(real.rows()));
  add("FD", frechet_distance(real_parts, made_parts),
      "of " + std::to_string(made_parts.rows()) + " parts of 10 s against " + std::to_string(real_parts.rows()));
  const Samples real_scores{reference->scores, kYamnetClasses}, made_scores{music->scores, kYamnetClasses};
  results.add(group, "KL", class_divergence(real_scores, made_scores), "of mean class scores, nats");
  const auto fidelity = density_coverage(real_parts, made_parts);
  add("density", fidelity.map([](const Fidelity& f) { return f.density; }), "k = 5, parts of 10 s");
  add("coverage", fidelity.map([](const Fidelity& f) { return f.coverage; }), "k = 5, parts of 10 s");
  double music_class = 0.0;
  for (std::size_t i = 0; i < made_scores.rows(); ++i)
    music_class += static_cast<double>(made_scores.row(i)[kYamnetMusic]) / static_cast<double>(made_scores.rows());
  results.add(group, "heard as music", music_class, "mean score of AudioSet's class 132");
  return {};
}

}  // namespace photoplayer::tools
