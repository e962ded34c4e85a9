// SPDX-License-Identifier: Apache-2.0
#include "eval/controls.h"

#include "bundle_path.h"
#include "eval/controls_judge.h"
#include "eval/played_music.h"
#include "eval/sound_ear.h"
#include "eval/texture.h"
#include "progress.h"

#include <photoplayer/train/loudness.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

namespace photoplayer::tools {
namespace {

/// Groups of one seed, taken by whichever thread is free: each loads the bundle with that seed.
class TrialRunner {
 public:
  TrialRunner(std::shared_ptr<const model::Bundle> bundle, const ModelFactory& factory, std::vector<Trial> trials,
              const SoundEar* ear, const std::atomic<bool>& cancelled)
      : bundle_(std::move(bundle)), factory_(factory), trials_(std::move(trials)), ear_(ear), cancelled_(cancelled) {
    answers_.resize(trials_.size());
  }

  Result<std::vector<Answered>> run() {
    std::vector<std::future<Result<void>>> workers;
    const unsigned threads = std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < threads; ++i) workers.push_back(std::async(std::launch::async, [this] { return work(); }));
    Progress progress(stderr);
    Result<void> outcome;
    for (auto& worker : workers) {
      while (worker.wait_for(std::chrono::milliseconds(200)) != std::future_status::ready)
        progress.show_share(static_cast<double>(done_) / static_cast<double>(trials_.size()));
      if (auto result = worker.get(); !result && outcome) outcome = result;
    }
    if (!outcome) return tl::unexpected(outcome.error());
    return std::move(answers_);
  }

 private:
  Result<void> work() {
    while (true) {
      const auto group = next_group();
      if (group.first == group.second) return {};
      if (auto done = run_group(group.first, group.second); !done) {
        const std::lock_guard lock(mutex_);
        next_ = trials_.size();  // the others stop, too
        return done;
      }
    }
  }

  std::pair<std::size_t, std::size_t> next_group() {
    const std::lock_guard lock(mutex_);
    const std::size_t from = next_;
    while (next_ < trials_.size() && trials_[next_].wish.seed == trials_[from].wish.seed) ++next_;
    return {from, next_};
  }

  Result<RunRig> load(std::uint64_t seed) {
    // Soundfonts are read by a library with one state for the process.
    const std::lock_guard lock(loading_);
    return RunRig::load(bundle_, seed, factory_);
  }

  Result<void> run_group(std::size_t from, std::size_t to) {
    auto rig = load(trials_[from].wish.seed);
    if (!rig) return tl::unexpected(rig.error());
    double longest_s = 0.0;
    for (std::size_t i = from; i < to; ++i) longest_s = std::max(longest_s, trials_[i].wish.seconds);
    DrawnFilm plain;
    for (std::size_t i = from; i < to; ++i) {
      Trial trial = trials_[i];
      if (i == from || trial.film != trials_[i - 1].film) plain = draw_film(trial.film, longest_s);
      const DrawnFilm* film = &plain;
      DrawnFilm toned;
      if (trial.grade != Grade::kNone) toned = graded(plain, trial.grade), film = &toned;
      std::vector<float> sound;
      if (trial.wish.sound) {
        trial.wish.listener = [&](std::span<const float> part) { sound.insert(sound.end(), part.begin(), part.end()); };
        // A level that was found for another run must not be heard in this one: it is measured as loudness, and as
        // every seed gets the styles in one order, an ear could tell a style by its predecessor's level.
        auto fresh = load(trial.wish.seed);
        if (!fresh) return tl::unexpected(fresh.error());
        rig = std::move(fresh);
      }
      auto run = rig->play(*film, trial.wish, cancelled_);
      if (!run) return tl::unexpected(run.error());
      answers_[i] = {trials_[i], std::move(*run), std::nullopt, {}};
      if (trial.wish.sound) {
        if (sound.empty()) return fail(ErrorCode::kInternal, "a run that should have been heard made no sound");
        if (auto heard = hear(sound, answers_[i]); !heard) return heard;
      }
      ++done_;
    }
    return {};
  }

  Result<void> hear(const std::vector<float>& sound, Answered& answer) const {
    const auto loudness = train::loudness_curves(sound);
    if (!loudness) return tl::unexpected(loudness.error());
    answer.loudness_lufs = loudness->integrated;
    if (ear_ == nullptr || answer.trial.question != Question::kStyle) return {};
    auto embedding = ear_->embedding(sound);
    if (!embedding) return tl::unexpected(embedding.error());
    answer.embedding = std::move(*embedding);
    return {};
  }

  std::shared_ptr<const model::Bundle> bundle_;
  const ModelFactory& factory_;
  const std::vector<Trial> trials_;
  const SoundEar* ear_;
  const std::atomic<bool>& cancelled_;
  std::vector<Answered> answers_;
  std::mutex mutex_, loading_;
  std::size_t next_ = 0;
  std::atomic<std::size_t> done_{0};
};

const char* question_name(Question question) {
  switch (question) {
    case Question::kOrders:
      return "orders";
    case Question::kStyle:
      return "style";
    case Question::kMood:
      return "mood";
    case Question::kIntensity:
      return "intensity";
  }
  return "?";
}

template <typename Value>
nlohmann::ordered_json json_of(const std::optional<Value>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json controls_json(const stream::Controls& controls) {
  nlohmann::ordered_json json;
  json["style"] = json_of(controls.style);
  json["tempo"] = json_of(controls.tempo_bpm);
  json["key"] = json_of(controls.key);
  json["scale"] = controls.scale ? nlohmann::ordered_json(static_cast<int>(*controls.scale)) : nullptr;
  json["valence"] = json_of(controls.valence);
  json["arousal"] = json_of(controls.arousal);
  json["density"] = json_of(controls.density);
  json["intensity"] = json_of(controls.intensity);
  return json;
}

nlohmann::ordered_json answer_json(const Answered& answer) {
  const train::WrittenMusic& music = answer.run.music;
  nlohmann::ordered_json json;
  json["question"] = question_name(answer.trial.question);
  json["film"] = answer.trial.film;
  json["seed"] = answer.trial.wish.seed;
  json["grade"] = static_cast<int>(answer.trial.grade);
  json["length_known"] = answer.trial.wish.known_length;
  json["asked"] = controls_json(answer.trial.wish.controls);
  json["decided"] = controls_json(answer.run.decided);
  json["tempo"] = music.tempo_bpm;
  json["onsets_per_beat"] = onsets_per_beat(music);
  json["mean_pitch"] = json_of(mean_pitch(music));
  json["loudness"] = answer.loudness_lufs && std::isfinite(*answer.loudness_lufs)
                         ? nlohmann::ordered_json(*answer.loudness_lufs)
                         : nlohmann::ordered_json(nullptr);
  json["texture"] = texture_of(music, answer.run.decided.key.value_or(0));
  if (!answer.embedding.empty()) json["embedding"] = answer.embedding;
  const auto key = answer.run.decided.key;
  const auto scale = answer.run.decided.scale;
  json["key_adherence"] = key && scale ? json_of(train::key_adherence(music, *key, *scale)) : nullptr;
  json["major_third_share"] = key ? json_of(major_third_share(music, *key)) : nullptr;
  return json;
}

}  // namespace

Result<void> evaluate_controls(const EvalOptions& options, const ModelFactory& factory, EvalResults& results,
                               const std::atomic<bool>& cancelled) {
  const auto bundle = open_bundle(options.bundle);
  if (!bundle) return tl::unexpected(bundle.error());
  std::optional<SoundEar> ear;
  if (!options.yamnet.empty()) {
    auto loaded = SoundEar::load(options.yamnet);
    if (!loaded) return tl::unexpected(loaded.error());
    ear = std::move(*loaded);
  }
  auto trials = plan_trials(options.seeds, options.seconds, ear.has_value());
  auto answers = TrialRunner(*bundle, factory, std::move(trials), ear ? &*ear : nullptr, cancelled).run();
  if (!answers) return tl::unexpected(answers.error());
  auto& json = results.pieces["controls"];
  json["bundle"] = (*bundle)->info().name;
  json["bundle_sha256"] = (*bundle)->sha256();
  judge_controls(*answers, results);
  for (const Answered& answer : *answers) json["runs"].push_back(answer_json(answer));
  return {};
}

}  // namespace photoplayer::tools
