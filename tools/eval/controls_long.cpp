// SPDX-License-Identifier: Apache-2.0
#include "bundle_path.h"
#include "eval/composed_music.h"
#include "eval/controls.h"
#include "eval/controls_run.h"
#include "eval/eval_text.h"
#include "eval/played_music.h"
#include "eval/self_similarity.h"
#include "media/pcm_scratch.h"
#include "progress.h"

#include <photoplayer/train/loudness.h>
#include <photoplayer/train/statistics.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace photoplayer::tools {
namespace {

using namespace train;

constexpr double kFilm_s = 120.0;  ///< shown again and again: if anything makes music go round, this does
constexpr std::uint64_t kSeed = 1;
constexpr double kPart_s = 60.0;
constexpr int kComposed = 4;

/// Follows the sound without keeping it.
class Ear {
 public:
  explicit Ear(Progress& progress, double total_s) : progress_(progress), total_s_(total_s) {}

  void hear(std::span<const float> stereo) {
    constexpr float kSilence = 1e-3F;  // −60 dBFS
    for (std::size_t i = 0; i + 1 < stereo.size(); i += 2) {
      const bool silent = std::abs(stereo[i]) < kSilence && std::abs(stereo[i + 1]) < kSilence;
      silent_ = silent ? silent_ + 1 : 0;
      longest_ = std::max(longest_, silent_);
    }
    part_.insert(part_.end(), stereo.begin(), stereo.end());
    frames_ += stereo.size() / 2;
    progress_.show(static_cast<double>(frames_) / kSampleRate_hz, total_s_);
    if (part_.size() >= static_cast<std::size_t>(kPart_s * kSampleRate_hz) * 2) finish_part();
  }
  /// LUFS of each minute; a rest shorter than half of one is left out.
  [[nodiscard]] std::vector<double> loudness() {
    if (part_.size() >= static_cast<std::size_t>(kPart_s * kSampleRate_hz)) finish_part();
    return loudness_;
  }
  [[nodiscard]] double longest_silence_s() const { return static_cast<double>(longest_) / kSampleRate_hz; }

 private:
  void finish_part() {
    if (const auto curves = loudness_curves(part_)) loudness_.push_back(curves->integrated);
    part_.clear();
  }

  Progress& progress_;
  double total_s_;
  std::vector<float> part_;
  std::vector<double> loudness_;
  std::size_t frames_ = 0, silent_ = 0, longest_ = 0;
};

/// Means of thirds, how far they lie apart, and whether minute by minute it goes one way.
void add_drift(const std::string& group, const std::string& name, const std::vector<double>& minutes,
               EvalResults& results) {
  if (minutes.size() < 3) return results.add(group, name, std::nullopt, "needs three minutes");
  std::array<double, 3> thirds{};
  for (std::size_t third = 0; third < 3; ++third) {
    const auto from = minutes.begin() + static_cast<std::ptrdiff_t>(third * minutes.size() / 3);
    const auto to = minutes.begin() + static_cast<std::ptrdiff_t>((third + 1) * minutes.size() / 3);
    thirds[third] = mean(std::vector<double>(from, to));
  }
  std::vector<double> time, off;
  const double middle = mean(minutes);
  for (std::size_t i = 0; i < minutes.size(); ++i) {
    time.push_back(static_cast<double>(i));
    off.push_back((minutes[i] - middle) * (minutes[i] - middle));
  }
  const auto [low, high] = std::minmax_element(thirds.begin(), thirds.end());
  results.add(group, name, *high - *low,
              text("thirds %.3f, %.3f, %.3f; rho with time %.2f; deviation of minutes %.3f", thirds[0], thirds[1],
                   thirds[2], spearman(time, minutes).value_or(0.0), std::sqrt(mean(off))));
}

void add_returns(const std::string& group, const PlayedRun& run, EvalResults& results) {
  const Returns played = find_returns(run.music);
  std::vector<double> largest, usual, returning, longest;
  for (int i = 0; i < kComposed; ++i) {
    const Returns composed = find_returns(composed_music(run.decided.style.value_or(0), static_cast<std::uint64_t>(i),
                                                         static_cast<int>(run.music.bars.size()) - 1));
    largest.push_back(composed.largest);
    usual.push_back(composed.usual);
    returning.push_back(composed.returning);
    longest.push_back(static_cast<double>(composed.longest_bars));
  }
  const auto composed = [&](const std::vector<double>& values) {
    return text("composed pieces of that length %.3f", mean(values));
  };
  results.add(
      group, "most alike eight bars", played.largest,
      text("bars %zu and %zu of %zu; ", played.first, played.second, run.music.bars.size() - 1) + composed(largest));
  results.add(group, "usual likeness to the nearest eight bars", played.usual, composed(usual));
  results.add(group, "eight bars that come again", played.returning, "share; " + composed(returning));
  results.add(group, "bars on end that come again", static_cast<double>(played.longest_bars),
              "note for note; " + composed(longest));
}

}  // namespace

Result<void> evaluate_long(const EvalOptions& options, const ModelFactory& factory, EvalResults& results,
                           const std::atomic<bool>& cancelled) {
  const auto bundle = open_bundle(options.bundle);
  if (!bundle) return tl::unexpected(bundle.error());
  auto rig = RunRig::load(*bundle, kSeed, factory);
  if (!rig) return tl::unexpected(rig.error());
  Progress progress(stderr);
  Ear ear(progress, options.long_s);
  RunWish wish;
  wish.seed = kSeed;
  wish.seconds = options.long_s;
  wish.sound = true;
  wish.listener = [&](std::span<const float> part) { ear.hear(part); };
  const auto run = rig->play(draw_film(0, std::min(kFilm_s, options.long_s)), wish, cancelled);
  if (!run) return tl::unexpected(run.error());
  progress.clear();

  const std::string group =
      text("one run of %.0f s, %s, %.1f BPM", options.long_s,
           run->decided.style ? stream::kStyleNames.at(static_cast<std::size_t>(*run->decided.style)) : "no style",
           run->music.tempo_bpm);
  add_returns(group, *run, results);
  std::vector<double> density, pitch, key;
  const double minute = std::round(run->music.tempo_bpm / 4.0) * 4.0;
  for (double from = 0.0; from + minute / 2.0 <= run->music.length(); from += minute) {
    const WrittenMusic part = part_of(run->music, from, from + minute);
    density.push_back(onsets_per_beat(part));
    if (const auto value = mean_pitch(part)) pitch.push_back(*value);
    if (!run->decided.key || !run->decided.scale) continue;
    if (const auto share = key_adherence(part, *run->decided.key, *run->decided.scale)) key.push_back(*share);
  }
  add_drift(group, "drift of density, onsets per beat", density, results);
  add_drift(group, "drift of register, semitones", pitch, results);
  add_drift(group, "drift of key adherence", key, results);
  add_drift(group, "drift of loudness, LU", ear.loudness(), results);
  results.add(group, "longest silence, s", ear.longest_silence_s(), "below -60 dBFS");
  return {};
}

}  // namespace photoplayer::tools
