// SPDX-License-Identifier: Apache-2.0
#include "eval/controls_run.h"

#include "eval/played_music.h"
#include "scoring.h"

#include <photoplayer/perception/perception.h>

#include <algorithm>
#include <utility>

namespace photoplayer::tools {
namespace {

/// The engine owns its parts; these let one set of parts serve many engines.
class LentGenerator final : public stream::LatentGenerator {
 public:
  explicit LentGenerator(stream::LatentGenerator& inner) : inner_(inner) { inner_.reset(); }
  int dims() const override { return inner_.dims(); }
  Result<stream::WindowResult> generate(const stream::WindowRequest& request) override {
    return inner_.generate(request);
  }
  void reset() override { inner_.reset(); }
  stream::Controls decided() const override { return inner_.decided(); }
  std::optional<double> propose_tempo_bpm(const stream::Timeline& timeline, double from_s, double seen_until_s,
                                          const stream::Controls& controls) override {
    return inner_.propose_tempo_bpm(timeline, from_s, seen_until_s, controls);
  }
  std::optional<stream::TempoWish> wish_tempo(const stream::Timeline& timeline, double seen_until_s,
                                              const stream::Controls& controls, double tempo_bpm) override {
    return inner_.wish_tempo(timeline, seen_until_s, controls, tempo_bpm);
  }

 private:
  stream::LatentGenerator& inner_;
};

class LentDecoder final : public stream::ScoreDecoder {
 public:
  explicit LentDecoder(stream::ScoreDecoder& inner) : inner_(inner) { inner_.reset(); }
  Result<stream::DecodedNotes> decode(std::int64_t first_row, std::span<const float> latents) override {
    return inner_.decode(first_row, latents);
  }
  void reset() override { inner_.reset(); }

 private:
  stream::ScoreDecoder& inner_;
};

class LentSynthesiser final : public stream::Synthesiser {
 public:
  explicit LentSynthesiser(stream::Synthesiser& inner) : inner_(inner) { inner_.all_notes_off(); }
  void apply(const stream::NoteEvent& event) override { inner_.apply(event); }
  void express(const stream::Expression& expression) override { inner_.express(expression); }
  void render(std::span<float> out, std::span<const std::span<float>> stems) override { inner_.render(out, stems); }
  void all_notes_off() override { inner_.all_notes_off(); }

 private:
  stream::Synthesiser& inner_;
};

class Mute final : public stream::Synthesiser {
 public:
  void apply(const stream::NoteEvent&) override {}
  void express(const stream::Expression&) override {}
  void render(std::span<float> out, std::span<const std::span<float>>) override {
    std::fill(out.begin(), out.end(), 0.0F);
  }
  void all_notes_off() override {}
};

/// Frame by frame into the engine's timeline, and as much music out as was seen.
class Showing {
 public:
  Showing(const DrawnFilm& film, const RunWish& wish, stream::Engine& engine, stream::SemanticEncoder* encoder,
          const std::atomic<bool>& cancelled)
      : film_(film), wish_(wish), engine_(engine), eyes_(engine.timeline(), encoder), cancelled_(cancelled) {}

  Result<void> go() {
    const int frames = static_cast<int>(wish_.seconds * DrawnFilm::kRate_hz);
    for (int frame = 0; frame < frames; ++frame) {
      const double time_s = static_cast<double>(frame) / DrawnFilm::kRate_hz;
      const auto still = film_.still(frame / DrawnFilm::kRate_hz);
      eyes_.see(film_.thumb(frame), eyes_.wants_still(time_s) ? &still : nullptr, time_s);
      if (auto pulled = pull_until(music_frames(time_s)); !pulled) return pulled;
    }
    engine_.timeline().finish(wish_.seconds);
    return pull_until(music_frames(wish_.seconds));
  }

 private:
  Result<void> pull_until(std::uint64_t limit) {
    while (played_ < limit) {
      if (cancelled_) return fail(ErrorCode::kCancelled, "interrupted");
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(block_.size() / 2, limit - played_));
      const auto got = engine_.pull(std::span(block_).first(2 * wanted), {});
      if (!got) return tl::unexpected(got.error());
      if (*got == 0) return {};
      played_ += *got;
      if (wish_.listener) wish_.listener(std::span<const float>(block_).first(2 * *got));
    }
    return {};
  }

  const DrawnFilm& film_;
  const RunWish& wish_;
  stream::Engine& engine_;
  perception::Perception eyes_;
  const std::atomic<bool>& cancelled_;
  std::vector<float> block_ = std::vector<float>(8192);  // [frames, 2]
  std::uint64_t played_ = 0;
};

}  // namespace

Result<RunRig> RunRig::load(const std::shared_ptr<const model::Bundle>& bundle, std::uint64_t seed,
                            const ModelFactory& factory) {
  auto model = factory(bundle, seed);
  if (!model) return tl::unexpected(model.error());
  if (!model->parts.decoder) {
    return fail(ErrorCode::kUsage, "the bundle '" + bundle->path().filename().string() +
                                       "' makes sound, not notes, and takes no orders; give --controls a score bundle");
  }
  return RunRig(std::move(*model));
}

Result<PlayedRun> RunRig::play(const DrawnFilm& film, const RunWish& wish, const std::atomic<bool>& cancelled) {
  stream::EngineSettings settings = model_.settings;
  settings.seed = wish.seed;
  settings.controls = wish.controls;
  if (wish.known_length) settings.duration_s = wish.seconds;
  stream::EngineParts parts;
  parts.generator = std::make_unique<LentGenerator>(*model_.parts.generator);
  parts.decoder = std::make_unique<LentDecoder>(*model_.parts.decoder);
  if (wish.sound) {
    parts.synthesiser = std::make_unique<LentSynthesiser>(*model_.parts.synthesiser);
  } else {
    parts.synthesiser = std::make_unique<Mute>();
  }
  auto engine = stream::Engine::make(settings, std::move(parts));
  if (!engine) return tl::unexpected(engine.error());
  std::vector<model::TimedNote> notes;
  (*engine)->on_played([&](const stream::NoteEvent& event, double time_s) { notes.push_back({event, time_s}); });
  if (auto done = Showing(film, wish, **engine, model_.encoder.get(), cancelled).go(); !done)
    return tl::unexpected(done.error());
  const stream::Report report = (*engine)->report();
  PlayedRun run;
  run.beats_s = report.beats_s;
  run.decided = report.decided;
  run.seen = (*engine)->timeline().glance(0.0, wish.seconds);
  run.music = played_music(notes, report.beats_s);
  return run;
}

}  // namespace photoplayer::tools
