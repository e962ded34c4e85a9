// SPDX-License-Identifier: Apache-2.0
#include "eval/controls_apart.h"

#include "eval/classify.h"
#include "eval/composed_music.h"
#include "eval/eval_text.h"
#include "eval/played_music.h"
#include "eval/texture.h"

#include <photoplayer/train/statistics.h>
#include <photoplayer/train/yamnet.h>

#include <algorithm>
#include <array>

namespace photoplayer::tools {
namespace {

using namespace train;

constexpr int kTrainedDeals = 10;     ///< shuffled controls, for each of which a classifier has to be trained
constexpr std::size_t kLessons = 60;  ///< composed pieces per style that teach
constexpr std::uint64_t kDealer = 7;
/// Principal components of embeddings: a quarter as many as by default there are runs that teach. 1024 numbers would
/// know those by heart.
constexpr std::size_t kComponents = 20;

class Apart : public Judging {
 public:
  using Judging::Judging;

  void judge() {
    ceiling();
    styles(Question::kStyle, "style heard, all else free", "style");
    styles_in_sound();
    styles(Question::kOrders, "style heard, all else ordered", "style_ordered");
    mood();
  }

 private:
  /// The network's model, and the most that it can be expected to show.
  void ceiling() {
    const Answers& answers = by_question[Question::kStyle];
    if (answers.empty()) return;
    const auto pieces = answers.size() / stream::kStyles;
    add_accuracy(composed(pieces, answers.front()->trial.wish.seconds), "style heard in composed pieces", "composed",
                 0);
  }

  static Labelled composed(std::size_t pieces, double seconds) {
    Labelled rows{kTextureNumbers, {}, {}, {}};
    for (std::size_t piece = 0; piece < pieces; ++piece) {
      for (int style = 0; style < stream::kStyles; ++style)
        rows.add(texture_of(composed_part(style, piece, seconds), 0), style, piece % kFolds);
    }
    return rows;
  }

  void styles(Question question, const std::string& name, const std::string& key) {
    const Answers& answers = by_question[question];
    if (answers.empty()) return;
    Labelled rows{kTextureNumbers, {}, {}, {}};
    for (const Answered* answer : answers)
      rows.add(texture_of(answer->run.music, answer->run.decided.key.value_or(0)), *answer->trial.wish.controls.style,
               answer->trial.wish.seed % kFolds);
    add_accuracy(rows, name, key, kTrainedDeals);
    const auto by_composer = judged_by(composed(kLessons, answers.front()->trial.wish.seconds), rows);
    add(name + ", by the composer's manner", by_composer.accuracy(rows.kinds), "judged by what composed pieces teach");
    results.pieces["controls"][key]["confusion_by_composer"] = by_composer.confusion(rows.kinds);
  }

  void styles_in_sound() {
    Labelled rows{kYamnetDims, {}, {}, {}};
    for (const Answered* answer : by_question[Question::kStyle]) {
      if (!answer->embedding.empty())
        rows.add(answer->embedding, *answer->trial.wish.controls.style, answer->trial.wish.seed % kFolds);
    }
    const std::string name = "style heard in sound, all else free";
    if (rows.kinds.empty()) return add(name + ", accuracy", std::nullopt, "needs --yamnet");
    add_accuracy(rows, name, "style_in_sound", kTrainedDeals, kComponents);
  }

  /// Of textures, or with `components` of embeddings.
  void add_accuracy(const Labelled& rows, const std::string& name, const std::string& key, int deals,
                    std::size_t components = 0) {
    const auto verdicts = tell_apart(rows, components);
    if (!verdicts) return add(name + ", accuracy", std::nullopt, "needs two seeds");
    std::mt19937_64 random(kDealer);
    std::vector<double> by_chance;
    Labelled dealt = rows;
    for (int deal = 0; deal < deals; ++deal) {
      dealt.kinds = shuffled(rows.kinds, random);
      by_chance.push_back(tell_apart(dealt, components)->accuracy(dealt.kinds));
    }
    std::string note = text("n %zu, of %d", rows.kinds.size(), stream::kStyles);
    if (components == 0)
      note += text("; without the tempo %.3f", tell_apart(rows.without(kTempoNumber))->accuracy(rows.kinds));
    if (deals > 0) note += text("; shuffled %.3f, 95 %% under %.3f", mean(by_chance), quantile(by_chance, 0.95));
    add(name + ", accuracy", verdicts->accuracy(rows.kinds), note);
    auto& json = results.pieces["controls"][key];
    json["styles"] = stream::kStyleNames;
    json["confusion"] = verdicts->confusion(rows.kinds);
  }

  void mood() {
    const Answers& answers = by_question[Question::kMood];
    if (answers.empty()) return;
    constexpr std::array<const char*, 4> kNames = {"mode", "register", "tempo", "onset rate"};
    Labelled rows{kNames.size(), {}, {}, {}};
    std::vector<bool> bright;
    std::array<std::vector<double>, kNames.size()> columns;
    stream::Glance light{}, dark{};
    for (const Answered* answer : answers) {
      const WrittenMusic& music = answer->run.music;
      const bool is_bright = answer->trial.grade == Grade::kBrightWarm;
      const double onsets = onsets_per_beat(music) * music.tempo_bpm / 60.0;
      const std::vector<double> features = {major_third_share(music, answer->run.decided.key.value_or(0)).value_or(0.5),
                                            mean_pitch(music).value_or(60.0), music.tempo_bpm, onsets};
      rows.add(features, is_bright ? 1 : 0, answer->trial.wish.seed % kFolds);
      bright.push_back(is_bright);
      for (std::size_t i = 0; i < columns.size(); ++i) columns[i].push_back(features[i]);
      stream::Glance& sum = is_bright ? light : dark;
      const auto count = static_cast<float>(answers.size()) / 2.0F;
      sum.brightness += answer->run.seen.brightness / count;
      sum.warmth += answer->run.seen.warmth / count;
      sum.motion += answer->run.seen.motion / count;
      sum.change += answer->run.seen.change / count;
    }
    const std::string name = "bright and warm against dark and cold, AUC";
    const auto verdicts = tell_apart(rows);
    if (!verdicts) return add(name, std::nullopt, "needs two seeds");
    std::mt19937_64 random(kDealer);
    std::vector<double> by_chance;
    Labelled dealt = rows;
    for (int deal = 0; deal < kTrainedDeals; ++deal) {
      dealt.kinds = shuffled(rows.kinds, random);
      std::vector<bool> truth;
      for (const int kind : dealt.kinds) truth.push_back(kind == 1);
      by_chance.push_back(area_under_curve(tell_apart(dealt)->scores, truth).value_or(0.5));
    }
    add(name, area_under_curve(verdicts->scores, bright),
        text("n %zu; shuffled %.3f, 95 %% under %.3f; brightness %.2f and %.2f, warmth %+.2f and %+.2f, motion %.2f "
             "and %.2f, change %.2f and %.2f",
             rows.kinds.size(), mean(by_chance), quantile(by_chance, 0.95), static_cast<double>(light.brightness),
             static_cast<double>(dark.brightness), static_cast<double>(light.warmth), static_cast<double>(dark.warmth),
             static_cast<double>(light.motion), static_cast<double>(dark.motion), static_cast<double>(light.change),
             static_cast<double>(dark.change)));
    for (std::size_t i = 0; i < columns.size(); ++i) {
      std::vector<double> yes, no;
      for (std::size_t row = 0; row < bright.size(); ++row) (bright[row] ? yes : no).push_back(columns[i][row]);
      // Bright and dark of one film and seed come in the same order, and in the same key.
      double higher = 0.0;
      for (std::size_t pair = 0; pair < yes.size() && pair < no.size(); ++pair)
        higher += yes[pair] > no[pair] ? 1.0 : yes[pair] == no[pair] ? 0.5 : 0.0;
      add(std::string("bright against dark by ") + kNames[i] + ", AUC", area_under_curve(columns[i], bright),
          text("means %.2f and %.2f; bright is higher in %.2f of the pairs", mean(yes), mean(no),
               higher / static_cast<double>(std::max<std::size_t>(yes.size(), 1))));
    }
  }
};

}  // namespace

void judge_apart(const std::vector<Answered>& answers, EvalResults& results) {
  Apart(answers, results).judge();
}

}  // namespace photoplayer::tools
