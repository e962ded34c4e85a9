// SPDX-License-Identifier: Apache-2.0
#include "eval/eval_command.h"
#include "eval/eval_plots.h"
#include "eval/film_watch.h"
#include "eval/pair_report.h"
#include "eval/pool.h"
#include "eval/referees.h"
#include "media/sound_reader.h"
#include "progress.h"

#include <photoplayer/train/audio_features.h>
#include <photoplayer/train/seam_metrics.h>
#include <photoplayer/train/sync_metrics.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace photoplayer::tools {
namespace {

using namespace train;
namespace fs = std::filesystem;

struct PairFiles {
  fs::path film, sound, report;
};

Result<std::map<std::string, PairFiles>> find_pairs(const fs::path& folder) {
  const auto files = files_in(folder);
  if (!files) return tl::unexpected(files.error());
  std::map<std::string, PairFiles> pairs;
  for (const fs::path& file : *files) {
    PairFiles& pair = pairs[(file.parent_path() / file.stem()).lexically_relative(folder).string()];
    if (is_film(file)) pair.film = file;
    if (is_sound(file)) pair.sound = file;
    if (file.extension() == ".json") pair.report = file;
  }
  std::erase_if(pairs, [](const auto& entry) { return entry.second.film.empty(); });
  for (auto& [name, pair] : pairs)
    if (pair.sound.empty()) pair.sound = pair.film;  // then the film's own sound is its music
  if (pairs.empty())
    return fail(ErrorCode::kBadInput, "there are no pairs in " + folder.string() +
                                          "; put NAME.mp4 and NAME.wav (or a film with sound) there");
  return pairs;
}

struct HeardPair {
  std::string name;
  FilmCurves film;
  Onsets onsets;
  std::vector<double> accents;  ///< as many of the strongest onsets as there are seconds
};

class PairsJudge {
 public:
  PairsJudge(const EvalOptions& options, EvalResults& results, const std::atomic<bool>& cancelled)
      : options_(options), results_(results), cancelled_(cancelled) {}

  Result<void> judge(const std::string& name, const PairFiles& files) {
    auto film = watch_film(files.film, cancelled_);
    if (!film) return tl::unexpected(film.error());
    const auto stereo = read_sound(files.sound, kFeatureSampleRate, 2, cancelled_);
    if (!stereo) return tl::unexpected(stereo.error());
    std::vector<float> mono(stereo->size() / 2);
    for (std::size_t i = 0; i < mono.size(); ++i) mono[i] = 0.5F * ((*stereo)[2 * i] + (*stereo)[2 * i + 1]);
    auto onsets = find_onsets(mono);
    if (!onsets) return tl::unexpected(onsets.error());
    const auto loudness = loudness_curves(*stereo);
    if (!loudness) return tl::unexpected(loudness.error());
    HeardPair pair{name, std::move(*film), std::move(*onsets), {}};
    pair.accents = pair.onsets.strongest(static_cast<std::size_t>(std::lround(pair.film.length_s)));
    auto& json = results_.pieces["pairs"][name];
    json["seconds"] = pair.film.length_s;
    json["cuts"] = pair.film.cuts_s;
    json["integrated_lufs"] = loudness->integrated;
    meet(pair, json);
    follow(pair, *loudness, json);
    if (options_.referees) ask(pair, files.sound, json);
    if (!files.report.empty()) {
      const auto times = read_beat_times(files.report);
      if (!times) return tl::unexpected(times.error());
      const auto joints = joints_of(*stereo, *loudness, *times);
      joints_.insert(joints_.end(), joints.begin(), joints.end());
    }
    if (!options_.plots.empty()) {
      std::string file = name;
      std::replace(file.begin(), file.end(), '/', '_');
      if (auto done = plot_pair(pair.film, *loudness, pair.onsets, name, options_.plots / (file + "-curves.png"));
          !done)
        return done;
    }
    pairs_.push_back(std::move(pair));
    return {};
  }

  [[nodiscard]] bool none() const { return pairs_.empty(); }

  void finish() {
    const std::string sync =
        "picture and music (" + std::to_string(pairs_.size()) + " pairs; 0 is what shifted music gets, 1 is perfect)";
    cuts_.row(results_, sync, "cuts met by accents, 70 ms", true, "no film has a cut");
    late_.row(results_, sync, "cuts met 0 to 125 ms late", true, "no film has a cut");
    swapped();
    swapped_.row(results_, sync, "same music, other film", true, "needs two films with cuts");
    beats_.row(results_, sync, "visual beats met by onsets", true, "no film has visual beats");
    if (accents_.empty())
      results_.add(sync, "onsets at cuts that are loud", std::nullopt, "no onset is near a cut");
    else
      results_.add(sync, "onsets at cuts that are loud", mean(accents_), "by chance 0.25");
    for (const auto& [referee, pool] : by_referee_) pool.row(results_, sync, "cuts met, by " + referee, true, "");
    const std::string curves = "curves";
    lag_.row(results_, curves, "onsets and changes, peak correlation", false, "no curve varies");
    if (!lags_ms_.empty()) results_.add(curves, "lag of that peak, ms", quantile(lags_ms_, 0.5), "median");
    loud_.row(results_, curves, "loudness follows motion, rho", false, "no pair is long enough or varies");
    light_.row(results_, curves, "loudness follows light, rho", false, "no pair is long enough or varies");
    if (tempi_ > 0.0)
      results_.add(
          curves, "tempi agree", agreeing_ / tempi_,
          "of " + std::to_string(static_cast<int>(tempi_)) + " pairs in which both have one; half and double count");
    if (options_.referees) referees();
    seams();
  }

 private:
  void meet(const HeardPair& pair, nlohmann::ordered_json& json) {
    const auto& film = pair.film;
    if (!film.cuts_s.empty()) {
      const auto weight = static_cast<double>(film.cuts_s.size());
      const auto met = targets_met(film.cuts_s, pair.accents, film.length_s);
      cuts_.add(met, weight);
      late_.add(targets_met(film.cuts_s, pair.accents, film.length_s, kLateOnly), weight);
      json["cuts_met"] = in_json(met);
      if (const auto share = accent_share(film.cuts_s, pair.onsets)) accents_.push_back(*share);
    }
    if (!film.beats_s.empty()) {
      const auto met = targets_met(film.beats_s, pair.onsets.times(), film.length_s);
      beats_.add(met, static_cast<double>(film.beats_s.size()));
      json["visual_beats_met"] = in_json(met);
    }
  }

  void follow(const HeardPair& pair, const LoudnessCurves& loudness, nlohmann::ordered_json& json) {
    if (const auto lag = curve_lag(pair.film.novelty, pair.onsets.curve)) {
      lag_.add(lag->correlation, 1.0);
      lags_ms_.push_back(lag->lag_ms);
      json["lag_ms"] = lag->lag_ms;
      json["correlation"] = in_json(lag->correlation);
    }
    if (const auto rho = following(pair.film.motion_smooth, loudness.short_term)) {
      loud_.add(*rho, 1.0);
      json["loudness_motion"] = in_json(*rho);
    }
    if (const auto rho = following(pair.film.brightness, loudness.short_term)) light_.add(*rho, 1.0);
    const auto seen = tempo_of(pair.film.novelty), heard = tempo_of(pair.onsets.curve);
    if (!seen || !heard) return;
    tempi_ += 1.0;
    agreeing_ += tempi_agree(*seen, *heard) ? 1.0 : 0.0;
  }

  void ask(const HeardPair& pair, const fs::path& sound, nlohmann::ordered_json& json) {
    for (const Referee& referee : ask_referees(sound, pair.onsets.times())) {
      Onsets theirs = pair.onsets;  // their times, our strengths
      theirs.onsets.clear();
      for (const double time_s : referee.onsets_s) {
        const auto at = static_cast<std::ptrdiff_t>(std::lround(time_s * kCurveRate_hz));
        double strength = 0.0;
        for (std::ptrdiff_t i = std::max<std::ptrdiff_t>(at - 5, 0);
             i <= at + 5 && i < static_cast<std::ptrdiff_t>(theirs.curve.size()); ++i)
          strength = std::max(strength, theirs.curve[static_cast<std::size_t>(i)]);
        theirs.onsets.push_back({time_s, strength});
      }
      const auto accents = theirs.strongest(pair.accents.size());
      if (!pair.film.cuts_s.empty())
        by_referee_[referee.name].add(targets_met(pair.film.cuts_s, accents, pair.film.length_s),
                                      static_cast<double>(pair.film.cuts_s.size()));
      const double f = f_measure(referee.onsets_s, pair.onsets.times(), 0.05);
      json["onset_f"][referee.name] = f;
      agreement_[referee.name].push_back(f);
      if (referee.mir_eval_f) agreement_["librosa by mir_eval"].push_back(*referee.mir_eval_f);
    }
  }

  /// The second kind of chance: every music with the next film.
  void swapped() {
    for (std::size_t i = 0; pairs_.size() > 1 && i < pairs_.size(); ++i) {
      const FilmCurves& film = pairs_[(i + 1) % pairs_.size()].film;
      std::vector<double> accents;
      for (const double time_s : pairs_[i].accents)
        if (time_s < film.length_s) accents.push_back(time_s);
      if (!film.cuts_s.empty())
        swapped_.add(targets_met(film.cuts_s, accents, film.length_s), static_cast<double>(film.cuts_s.size()));
    }
  }

  void referees() {
    const std::string group = "referees (our onsets against theirs, F at 50 ms)";
    if (agreement_.empty()) results_.add(group, "aubio, librosa", std::nullopt, "none of them is installed");
    for (const auto& [name, values] : agreement_) results_.add(group, name, mean(values));
  }

  void seams() {
    if (joints_.empty()) return;
    const SeamReport report = judge_seams(joints_);
    const std::string group =
        "seams (" + std::to_string(report.seams) + ", of which " + std::to_string(report.compared) + " compare)";
    results_.add(group, "clicks", report.clicks, "share of seams sharper than any other beat");
    results_.add(group, "uneven beats", report.uneven, "share whose beat is off by more than 2 %");
    if (report.compared == 0) {
      results_.add(group, "all else", std::nullopt, "no beat of the bar is sometimes a seam and sometimes not");
      return;
    }
    results_.add(group, "loudness jumps", report.loud, "beyond the 95th percentile of other beats: 0.05 by chance");
    results_.add(group, "harmony jumps", report.foreign, "likewise");
    results_.add(group, "stereo jumps", report.wide, "likewise");
    char note[60];
    std::snprintf(note, sizeof note, "0.5 by chance, z %.1f", report.flux_rank_z);
    results_.add(group, "rank of the spectral jump", report.flux_rank, note);
    results_.add(group, "detectability, AUC", report.detectability, "0.5 by chance");
  }

  const EvalOptions& options_;
  EvalResults& results_;
  const std::atomic<bool>& cancelled_;
  std::vector<HeardPair> pairs_;
  Pool cuts_, late_, swapped_, beats_, lag_, loud_, light_;
  std::map<std::string, Pool> by_referee_;
  std::map<std::string, std::vector<double>> agreement_;
  std::vector<double> accents_, lags_ms_;
  double tempi_ = 0.0, agreeing_ = 0.0;
  std::vector<Joint> joints_;
};

}  // namespace

Result<void> evaluate_pairs(const EvalOptions& options, EvalResults& results, const std::atomic<bool>& cancelled) {
  const auto pairs = find_pairs(options.pairs);
  if (!pairs) return tl::unexpected(pairs.error());
  PairsJudge judge(options, results, cancelled);
  Progress progress(stderr);
  double done = 0.0;
  std::string first;
  for (const auto& [name, files] : *pairs) {
    progress.show_share(done++ / static_cast<double>(pairs->size()));
    const auto judged = judge.judge(name, files);
    if (judged) continue;
    if (judged.error().code != ErrorCode::kBadInput) return judged;
    if (first.empty()) first = judged.error().message;
    results.warnings.push_back(judged.error().message);
  }
  if (judge.none()) {
    results.warnings.clear();
    return fail(ErrorCode::kBadInput, first);
  }
  progress.clear();
  judge.finish();
  return {};
}

}  // namespace photoplayer::tools
