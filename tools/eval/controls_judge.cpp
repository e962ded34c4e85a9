// SPDX-License-Identifier: Apache-2.0
#include "eval/controls_judge.h"

#include "eval/classify.h"
#include "eval/controls_apart.h"
#include "eval/eval_text.h"
#include "eval/played_music.h"

#include <photoplayer/train/statistics.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace photoplayer::tools {
namespace {

using namespace train;

constexpr int kDeals = 100;  ///< shuffled controls of a correlation
constexpr std::uint64_t kDealer = 7;

/// Asked against played.
struct Pairs {
  std::vector<double> asked, played;
  void add(double one, double other) { asked.push_back(one), played.push_back(other); }
  [[nodiscard]] std::size_t size() const { return asked.size(); }
};

/// Of Spearman's ρ with the asked values dealt out anew: mean, and what its size stays under in 95 of 100 deals.
std::string chance_of(const Pairs& pairs) {
  std::mt19937_64 random(kDealer);
  std::vector<double> all, sizes;
  for (int deal = 0; deal < kDeals; ++deal) {
    const auto rho = spearman(shuffled(pairs.asked, random), pairs.played);
    if (rho) all.push_back(*rho), sizes.push_back(std::abs(*rho));
  }
  return text("n %zu; shuffled %.3f, 95 %% within %.3f", pairs.size(), mean(all), quantile(sizes, 0.95));
}

class Judge : public Judging {
 public:
  using Judging::Judging;

  void judge() {
    orders();
    intensity();
  }

 private:
  void orders() {
    const Answers& answers = by_question[Question::kOrders];
    if (answers.empty()) return;
    tempo(answers);
    key(answers);
    density(answers);
  }

  void tempo(const Answers& answers) {
    for (const bool known : {false, true}) {
      std::vector<double> beats, wholes;
      for (const Answered* answer : answers) {
        const auto played = played_tempo(answer->run.beats_s);
        if (answer->trial.wish.known_length != known || !played) continue;
        const double asked = *answer->trial.wish.controls.tempo_bpm;
        beats.push_back(100.0 * std::abs(played->median_bpm / asked - 1.0));
        wholes.push_back(100.0 * std::abs(played->whole_bpm / asked - 1.0));
      }
      if (beats.empty()) continue;
      const auto exact = std::count_if(beats.begin(), beats.end(), [](double percent) { return percent < 0.1; });
      add(std::string("tempo, largest error %, ") + (known ? "length known" : "open end"), quantile(beats, 1.0),
          text("n %zu, median beat; %ld within 0.1 %%; median error %.3f; over the whole run up to %.3f", beats.size(),
               static_cast<long>(exact), quantile(beats, 0.5), quantile(wholes, 1.0)));
    }
  }

  void key(const Answers& answers) {
    std::vector<double> all;
    std::array<std::vector<double>, stream::kScaleModes> by_scale;
    std::vector<std::pair<int, stream::ScaleMode>> asked;
    for (const Answered* answer : answers) {
      const stream::Controls& wish = answer->trial.wish.controls;
      const auto share = key_adherence(answer->run.music, *wish.key, *wish.scale);
      if (!share) continue;
      all.push_back(*share);
      by_scale[static_cast<std::size_t>(*wish.scale)].push_back(*share);
      asked.emplace_back(*wish.key, *wish.scale);
    }
    if (all.empty()) return add("key adherence", std::nullopt, "no run has pitched notes");
    std::mt19937_64 random(kDealer);
    asked = shuffled(asked, random);
    std::vector<double> by_chance;
    for (std::size_t i = 0, next = 0; i < answers.size(); ++i) {
      if (!key_adherence(answers[i]->run.music, 0, stream::ScaleMode::kMajor)) continue;
      by_chance.push_back(*key_adherence(answers[i]->run.music, asked[next].first, asked[next].second));
      ++next;
    }
    add("key adherence", mean(all),
        text("n %zu, lowest %.3f, 5th percentile %.3f; major %.3f, minor %.3f, dorian %.3f, mixolydian %.3f; "
             "another run's key %.3f",
             all.size(), quantile(all, 0.0), quantile(all, 0.05), mean(by_scale[0]), mean(by_scale[1]),
             mean(by_scale[2]), mean(by_scale[3]), mean(by_chance)));
  }

  void density(const Answers& answers) {
    Pairs all;
    std::array<Pairs, stream::kStyles> by_style;
    for (const Answered* answer : answers) {
      const stream::Controls& wish = answer->trial.wish.controls;
      const double played = onsets_per_beat(answer->run.music);
      all.add(static_cast<double>(*wish.density), played);
      by_style[static_cast<std::size_t>(*wish.style)].add(static_cast<double>(*wish.density), played);
    }
    add("density obeyed, rho", spearman(all.asked, all.played),
        chance_of(all) +
            text("; %.2f to %.2f onsets per beat", quantile(all.played, 0.05), quantile(all.played, 0.95)));
    per_style("density obeyed within a style, mean rho", by_style);
  }

  void per_style(const std::string& name, const std::array<Pairs, stream::kStyles>& by_style) {
    std::vector<double> values;
    std::string note;
    for (std::size_t style = 0; style < by_style.size(); ++style) {
      const auto rho = spearman(by_style[style].asked, by_style[style].played);
      if (!rho) continue;
      values.push_back(*rho);
      note += std::string(note.empty() ? "" : ", ") + stream::kStyleNames[style] + text(" %.2f", *rho);
    }
    if (values.empty()) return add(name, std::nullopt, "too few runs");
    add(name, mean(values), note);
  }

  void intensity() {
    const Answers& answers = by_question[Question::kIntensity];
    if (answers.empty()) return;
    Pairs loud, dense;
    std::array<Pairs, stream::kStyles> by_style;
    std::map<std::uint64_t, Pairs> by_seed;
    double lowest = 0.0, highest = 0.0;
    for (const Answered* answer : answers) {
      const double asked = static_cast<double>(*answer->trial.wish.controls.intensity);
      dense.add(asked, static_cast<double>(answer->run.music.notes.size()) /
                           std::max<double>(1.0, static_cast<double>(answer->run.beats_s.size())));
      if (!answer->loudness_lufs || !std::isfinite(*answer->loudness_lufs)) continue;
      loud.add(asked, *answer->loudness_lufs);
      by_style[static_cast<std::size_t>(*answer->trial.wish.controls.style)].add(asked, *answer->loudness_lufs);
      by_seed[answer->trial.wish.seed].add(asked, *answer->loudness_lufs);
      if (asked == 0.0) lowest += *answer->loudness_lufs;
      if (asked == 1.0) highest += *answer->loudness_lufs;
    }
    std::vector<double> within;
    for (const auto& [seed, pairs] : by_seed) {
      if (const auto rho = spearman(pairs.asked, pairs.played)) within.push_back(*rho);
    }
    add("intensity in loudness, rho", spearman(loud.asked, loud.played),
        chance_of(loud) +
            text("; from bare to full %+.1f LU", (highest - lowest) / static_cast<double>(by_seed.size())));
    add("intensity in loudness within a piece, mean rho", mean(within),
        text("%zu pieces, lowest %.2f", within.size(), quantile(within, 0.0)));
    add("intensity in notes per beat, rho", spearman(dense.asked, dense.played), chance_of(dense));
  }
};

}  // namespace

void judge_controls(const std::vector<Answered>& answers, EvalResults& results) {
  Judge(answers, results).judge();
  judge_apart(answers, results);
}

}  // namespace photoplayer::tools
