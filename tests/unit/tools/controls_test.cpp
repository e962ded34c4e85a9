// SPDX-License-Identifier: Apache-2.0
// Obedience judged on made-up answers whose obedience is known, and the whole part with a scripted model.
#include "eval/controls.h"

#include "eval/controls_judge.h"
#include "scripted_model.h"

#include <photoplayer/train/yamnet.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>

#include "clips.h"
#include "eval/eval_command.h"
#include "support/catch.h"

using namespace photoplayer;
using namespace photoplayer::tools;

namespace {

const std::atomic<bool> kNever{false};

/// How a style sounds, under what differs from run to run; or that alone.
std::vector<double> sounding(const Trial& trial, bool obeys) {
  std::vector<double> embedding(train::kYamnetDims);
  const auto style = static_cast<std::size_t>(trial.wish.controls.style.value_or(0));
  for (std::size_t i = 0; i < embedding.size(); ++i) {
    embedding[i] = obeys && i % stream::kStyles == style ? 1.0 : 0.0;
    embedding[i] += std::sin(static_cast<double>((i + 1) * (7 * trial.film + 31 * style + 1)));
  }
  return embedding;
}

/// A player that does as it is told, or the same whatever it is told.
Answered answer(const Trial& trial, bool obeys) {
  Answered result{trial, {}, std::nullopt, {}};
  if (trial.question == Question::kStyle && trial.wish.sound) result.embedding = sounding(trial, obeys);
  const stream::Controls& asked = trial.wish.controls;
  const bool bright = trial.grade == Grade::kBrightWarm;
  const double wander = 0.01 * static_cast<double>((trial.film * 7) % 5);
  const double tempo = obeys ? asked.tempo_bpm.value_or(bright ? 120.0 : 80.0) : 100.0;
  const int tonic = obeys ? asked.key.value_or(0) : 6;
  const double density = obeys ? 1.0 + 3.0 * static_cast<double>(asked.density.value_or(0.5F)) : 2.0 + wander;
  for (int beat = 0; beat < 20; ++beat) result.run.beats_s.push_back(60.0 / tempo * beat);
  result.run.decided = asked;
  result.run.decided.key = tonic;
  auto& music = result.run.music;
  music.tempo_bpm = tempo;
  const int voice = obeys ? asked.style.value_or(0) % stream::kLayers : 0;
  const bool short_notes = obeys && asked.style.value_or(0) >= stream::kLayers;
  for (double at = 0.0; at < 20.0; at += 1.0 / density) {
    const int third = bright || !obeys ? 4 : 3;
    music.notes.push_back(
        {at, at + (short_notes ? 0.05 : 0.2), 60 + tonic + (music.notes.size() % 2 == 0 ? 0 : third), voice, 80});
  }
  for (double bar = 0.0; bar <= 20.0; bar += 4.0) music.bars.push_back(bar);
  if (trial.question == Question::kIntensity)
    result.loudness_lufs = obeys ? -30.0 + 10.0 * static_cast<double>(*asked.intensity) : -20.0 + wander;
  return result;
}

std::map<std::string, EvalRow> judged(bool obeys) {
  std::vector<Answered> answers;
  for (const Trial& trial : plan_trials(10, 16.0, true)) answers.push_back(answer(trial, obeys));
  EvalResults results;
  judge_controls(answers, results);
  std::map<std::string, EvalRow> rows;
  for (const EvalRow& row : results.rows) rows[row.name] = row;
  return rows;
}

}  // namespace

TEST_CASE("plan_trials: every order is spread over its range, whatever the others are", "[tools][unit]") {
  const auto trials = plan_trials(12, 16.0, false);
  CHECK(trials.size() == 12 * 26);
  CHECK(std::is_sorted(trials.begin(), trials.end(),
                       [](const Trial& a, const Trial& b) { return a.wish.seed < b.wish.seed; }));
  double slowest = 1e9, fastest = 0.0;
  std::map<int, std::map<float, int>> densities;
  std::map<int, int> keys;
  for (const Trial& trial : trials) {
    if (trial.question != Question::kOrders) continue;
    const auto& asked = trial.wish.controls;
    slowest = std::min(slowest, *asked.tempo_bpm);
    fastest = std::max(fastest, *asked.tempo_bpm);
    ++densities[*asked.style][*asked.density];
    ++keys[*asked.key];
  }
  CHECK(slowest == Approx(50.0));
  CHECK(fastest == Approx(180.0));
  CHECK(densities.size() == stream::kStyles);
  for (const auto& [style, levels] : densities) CHECK(levels.size() == kDensityLevels);
  CHECK(keys.size() == 12);
}

TEST_CASE("plan_trials: what has to be heard is synthesised, and nothing else", "[tools][unit]") {
  for (const bool hear_styles : {false, true}) {
    for (const Trial& trial : plan_trials(2, 16.0, hear_styles)) {
      const bool heard = trial.question == Question::kStyle && hear_styles;
      CHECK(trial.wish.sound == (heard || trial.question == Question::kIntensity));
    }
  }
}

TEST_CASE("judge_controls: a player that obeys", "[tools][unit]") {
  auto rows = judged(true);
  CHECK(*rows["tempo, largest error %, open end"].value == Approx(0.0).margin(1e-6));
  CHECK(*rows["density obeyed, rho"].value > 0.95);
  CHECK(*rows["density obeyed within a style, mean rho"].value > 0.95);
  CHECK(*rows["intensity in loudness, rho"].value > 0.95);
  CHECK(*rows["style heard, all else free, accuracy"].value > 0.9);
  CHECK(*rows["style heard in sound, all else free, accuracy"].value > 0.9);
  CHECK(*rows["bright and warm against dark and cold, AUC"].value == Approx(1.0));
  CHECK(*rows["bright against dark by mode, AUC"].value == Approx(1.0));
  // Tonic and third of its key; a minor third is not in a major key.
  CHECK(*rows["key adherence"].value > 0.7);
}

TEST_CASE("judge_controls: a player that does not listen", "[tools][unit]") {
  auto rows = judged(false);
  CHECK(*rows["tempo, largest error %, open end"].value > 40.0);
  CHECK(std::abs(*rows["density obeyed, rho"].value) < 0.3);
  CHECK(std::abs(rows["intensity in loudness, rho"].value.value_or(0.0)) < 0.3);
  CHECK(*rows["style heard, all else free, accuracy"].value < 0.3);
  CHECK(*rows["style heard in sound, all else free, accuracy"].value < 0.3);
  CHECK(*rows["bright and warm against dark and cold, AUC"].value < 0.7);
  CHECK(*rows["key adherence"].value < 0.8);
}

TEST_CASE("draw_film: grades differ in light alone", "[tools][unit]") {
  const DrawnFilm film = draw_film(1, 2.0);
  CHECK(film.frames() == 2 * DrawnFilm::kRate_hz);
  const DrawnFilm bright = graded(film, Grade::kBrightWarm), dark = graded(film, Grade::kDarkCold);
  bool same_contrast = true;
  for (std::size_t i = 0; i < film.thumbs.size(); ++i) {
    const int lift[] = {115, 90, 15};
    same_contrast = same_contrast && bright.thumbs[i] - dark.thumbs[i] == lift[i % 3];
  }
  CHECK(same_contrast);
  CHECK(draw_film(2, 2.0).thumbs != film.thumbs);
  CHECK(film.thumb(film.frames() + 3).rgb == film.thumb(3).rgb);
}

TEST_CASE("eval --controls and --long: the engine is run, and what it played is counted", "[tools][unit]") {
  const test::TemporaryFolder folder;
  test::write_tiny_bundle(folder / "tiny.bundle");
  EvalOptions options;
  options.bundle = folder / "tiny.bundle";
  options.json = folder / "out.json";
  options.seconds = 4.0;
  options.seeds = 2;
  options.controls = true;
  options.long_s = 60.0;
  const auto outcome = evaluate(options, kNever, test::scripted_model());
  if (!outcome) FAIL(outcome.error().message);
  const auto json = nlohmann::json::parse(test::read_file(folder / "out.json"));
  const auto& runs = json["pieces"]["controls"]["runs"];
  REQUIRE(runs.size() == 2 * 26);
  for (const auto& run : runs) {
    // Melody and bass on every beat.
    CHECK(run["onsets_per_beat"].get<double>() == Approx(2.0).margin(0.7));
    if (run["question"] == "orders" && !run["length_known"].get<bool>())
      CHECK(run["tempo"].get<double>() == Approx(run["asked"]["tempo"].get<double>()).epsilon(0.04));
    CHECK(run["loudness"].is_number() == (run["question"] == "intensity"));
  }
  CHECK(outcome->text.find("longest silence") != std::string::npos);
  // Nobody listened.
  const auto row = std::find_if(json["rows"].begin(), json["rows"].end(), [](const auto& one) {
    return one["name"] == "style heard in sound, all else free, accuracy";
  });
  REQUIRE(row != json["rows"].end());
  CHECK((*row)["value"].is_null());
  CHECK((*row)["note"].get<std::string>().find("--yamnet") != std::string::npos);
}

TEST_CASE("eval --controls and --long: limits", "[tools][unit]") {
  EvalOptions options;
  options.long_s = 60.0;
  CHECK(check(options));
  options.long_s = 1.0;
  CHECK(check(options).error().message.find("--long") != std::string::npos);
  options.long_s = 0.0;
  options.controls = true;
  CHECK(check(options));
  options.seeds = 1;
  CHECK(check(options).error().message.find("--seeds") != std::string::npos);
  options.seeds = 2;
  options.seconds = std::nan("");
  CHECK(check(options).error().message.find("--seconds") != std::string::npos);
}

TEST_CASE("eval --controls: a sound bundle takes no orders", "[tools][unit]") {
  const test::TemporaryFolder folder;
  test::write_tiny_bundle(folder / "tiny.bundle");
  EvalOptions options;
  options.bundle = folder / "tiny.bundle";
  options.controls = true;
  const auto outcome = evaluate(options, kNever, test::scripted_sound_model());
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == ErrorCode::kUsage);
}
