// SPDX-License-Identifier: Apache-2.0
#include "score_command.h"

#include "bundle_path.h"
#include "media/film_reader.h"
#include "media/film_writer.h"
#include "media/original_sound.h"
#include "media/output_file.h"
#include "media/sound_file.h"
#include "media/stem_files.h"
#include "picture_feed.h"
#include "process_stats.h"
#include "progress.h"
#include "report_json.h"
#include "scoring.h"

#include <photoplayer/model/midi_file.h>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace photoplayer::tools {
namespace {

struct OpenModel {
  std::shared_ptr<const model::Bundle> bundle;
  LoadedModel loaded;
};

Result<OpenModel> open_model(const ScoreOptions& options, const ModelFactory& factory) {
  const auto bundle = open_bundle(options.bundle);
  if (!bundle) return tl::unexpected(bundle.error());
  auto loaded = factory(*bundle, options.seed);
  if (!loaded) return tl::unexpected(loaded.error());
  return OpenModel{*bundle, std::move(*loaded)};
}

/// Everything that `score` leaves behind, while it is being made.
struct Results {
  OutputFile output;
  std::optional<OutputFile> report;
  std::optional<StemFiles> stems;
};

Result<Results> open_results(const ScoreOptions& options) {
  auto output = OutputFile::create(options.output);
  if (!output) return tl::unexpected(output.error());
  Results results{std::move(*output), std::nullopt, std::nullopt};
  if (!options.report.empty()) {
    auto report = OutputFile::create(options.report);
    if (!report) return tl::unexpected(report.error());
    results.report.emplace(std::move(*report));
  }
  if (!options.stems_folder.empty()) {
    auto stems = StemFiles::create(options.stems_folder);
    if (!stems) return tl::unexpected(stems.error());
    results.stems.emplace(std::move(*stems));
  }
  return results;
}

stream::EngineSettings engine_settings(const ScoreOptions& options, const stream::EngineSettings& model,
                                       const FilmInfo& film) {
  stream::EngineSettings settings = model;
  settings.seed = options.seed;
  settings.steps = options.steps.value_or(model.steps);
  settings.guidance = options.guidance ? static_cast<float>(*options.guidance) : model.guidance;
  settings.mode = options.mode;
  settings.controls = options.controls;
  settings.duration_s = film.duration_s;
  return settings;
}

Result<void> write_sound(const PcmScratch& music, const std::filesystem::path& path, SoundFormat format,
                         const std::atomic<bool>& cancelled) {
  constexpr std::uint64_t kBlockFrames = 65536;
  auto file = SoundFile::create(path, format);
  if (!file) return tl::unexpected(file.error());
  std::vector<float> block;
  for (std::uint64_t at = 0; at < music.frames(); at += block.size() / kChannels) {
    if (cancelled) return fail(ErrorCode::kCancelled, "interrupted");
    block.resize(static_cast<std::size_t>(std::min(kBlockFrames, music.frames() - at)) * kChannels);
    if (auto done = music.read(at, block); !done) return done;
    if (auto done = file->write(block); !done) return done;
  }
  return file->close();
}

Result<void> write_notes(const std::vector<model::TimedNote>& notes, const ScoreOptions& options, double duration_s,
                         const stream::Report& report, OutputFile& output) {
  model::MidiSettings settings;
  settings.style = report.decided.style.value_or(0);
  settings.seed = options.seed;
  if (report.tempo_bpm > 0.0) settings.tempo_bpm = report.tempo_bpm;
  settings.beats_s = report.beats_s;
  settings.duration_s = duration_s;
  settings.title = options.film.stem().string();
  const auto bytes = model::write_midi(notes, settings);
  if (!bytes) return fail(ErrorCode::kInternal, "cannot write the notes: " + bytes.error().message);
  return output.write_all(*bytes);
}

/// One run, step by step; each step may fail, and what was begun goes with the object.
class ScoreJob {
 public:
  ScoreJob(const ScoreOptions& options, const std::atomic<bool>& cancelled)
      : options_(options), kind_(*output_kind(options.output)), cancelled_(cancelled), progress_(stderr) {}

  Result<std::vector<std::string>> run(const ModelFactory& factory) {
    // The model loads while the film is opened: each takes up to a second.
    auto loading = std::async(std::launch::async, [&] { return open_model(options_, factory); });
    if (auto opened = open_film(); !opened) return tl::unexpected(opened.error());
    auto results = open_results(options_);
    if (!results) return tl::unexpected(results.error());
    auto model = loading.get();
    if (!model) return tl::unexpected(model.error());
    spdlog::debug("model ready after {:.2f} s: {}", seconds(), model->bundle->path().string());
    if (auto made = make_music(*model, *results); !made) return tl::unexpected(made.error());
    if (auto written = write_output(*results); !written) return tl::unexpected(written.error());
    if (auto reported = write_report(*model, *results); !reported) return tl::unexpected(reported.error());
    return commit(*results);
  }

 private:
  Result<void> open_film() {
    if (auto enough = check_passes(); !enough) return enough;
    auto film = FilmReader::open(options_.film, cancelled_);
    if (!film) return tl::unexpected(film.error());
    film_ = std::move(*film);
    spdlog::debug("film open after {:.2f} s: {}", seconds(), film_->info().picture.caps);
    return check_film();
  }

  /// A film that comes through a pipe is gone once its pictures were seen.
  [[nodiscard]] Result<void> check_passes() const {
    std::error_code ignored;
    const auto type = std::filesystem::status(options_.film, ignored).type();
    const bool once = type == std::filesystem::file_type::fifo || type == std::filesystem::file_type::character ||
                      type == std::filesystem::file_type::socket;
    if (!once || (!writes_film() && options_.keep_sound == KeepSound::kOff)) return {};
    return fail(ErrorCode::kBadInput, "'" + options_.film.string() + "' can be read only once, and " +
                                          (writes_film() ? "an output that ends in .mp4 or .mkv" : "--keep-sound") +
                                          " needs it twice; give a file");
  }

  [[nodiscard]] Result<void> check_film() const {
    if (!writes_film()) return {};
    return check_container(container(), film_->info(), options_.keep_sound == KeepSound::kTrack);
  }

  /// A sound bundle has no notes, and nothing that could follow a wish for a style or a key.
  [[nodiscard]] Result<void> check_sound(const model::Bundle& bundle) {
    if (engine_->plays_notes()) return {};
    const std::string name = "the bundle '" + bundle.path().filename().string() + "'";
    if (kind_ == OutputKind::kMid) {
      return fail(ErrorCode::kUsage, name + " makes sound, not notes, so there is nothing to write to '" +
                                         options_.output.string() + "'; choose .wav, .flac, .mp4 or .mkv");
    }
    if (!options_.stems_folder.empty()) {
      return fail(ErrorCode::kUsage, name + " makes one sound, which has no stems; leave --stems out");
    }
    const stream::Controls& asked = options_.controls;
    if (asked.style || asked.tempo_bpm || asked.key || asked.density || asked.valence) {
      warnings_.push_back(name +
                          " follows the picture only: --style, --tempo, --key, --density and --valence do nothing");
    }
    return {};
  }

  [[nodiscard]] bool writes_film() const { return kind_ == OutputKind::kMp4 || kind_ == OutputKind::kMkv; }

  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }
  [[nodiscard]] Container container() const { return kind_ == OutputKind::kMp4 ? Container::kMp4 : Container::kMkv; }

  Result<void> make_music(OpenModel& model, Results& results) {
    if (!model.loaded.warning.empty()) warnings_.push_back(model.loaded.warning);
    settings_ = engine_settings(options_, model.loaded.settings, film_->info());
    auto engine = stream::Engine::make(settings_, std::move(model.loaded.parts));
    if (!engine) return tl::unexpected(engine.error());
    engine_ = std::move(*engine);
    if (auto fits = check_sound(*model.bundle); !fits) return fits;
    if (kind_ == OutputKind::kMid) {
      engine_->on_played([this](const stream::NoteEvent& event, double time_s) { notes_.push_back({event, time_s}); });
    }
    PictureFeed pictures(engine_->timeline(), std::move(model.loaded.encoder));
    auto music = PcmScratch::create(results.output.target().parent_path());
    if (!music) return tl::unexpected(music.error());
    music_.emplace(std::move(*music));
    const auto total_s = film_->info().duration_s;
    const auto scored = score_film({*film_, *engine_, pictures, *music_, results.stems ? &*results.stems : nullptr,
                                    options_.realtime ? Pace::kRealTime : Pace::kAsFastAsPossible, cancelled_,
                                    [&](double done_s) { progress_.show(done_s, total_s); }});
    if (!scored) return tl::unexpected(scored.error());
    scored_ = *scored;
    if (!film_->warning().empty()) warnings_.push_back(film_->warning());
    spdlog::debug("{} samples of music after {:.2f} s", music_->frames(), seconds());
    return check_film();  // again: now all of it was seen
  }

  Result<void> write_output(Results& results) {
    progress_.say("writing " + options_.output.filename().string());
    const FilmInfo& film = film_->info();
    if (options_.keep_sound == KeepSound::kMix && film.has_sound) {
      auto mixed = mix_original_sound(options_.film, film.origin_s, *music_, cancelled_);
      if (!mixed) return mixed;
    }
    switch (kind_) {
      case OutputKind::kWav:
        return write_sound(*music_, results.output.temporary(), SoundFormat::kWav, cancelled_);
      case OutputKind::kFlac:
        return write_sound(*music_, results.output.temporary(), SoundFormat::kFlac, cancelled_);
      case OutputKind::kMid:
        return write_notes(notes_, options_, scored_.video_s, engine_->report(), results.output);
      case OutputKind::kMp4:
      case OutputKind::kMkv:
        break;
    }
    if (!keeps_orientation(container(), film.picture)) {
      warnings_.push_back("'" + options_.output.string() + "' shows the picture as it was coded, without its turn (" +
                          film.picture.orientation + "), which " +
                          (kind_ == OutputKind::kMkv ? "a .mkv file cannot tell; .mp4 can" : "cannot be told"));
    }
    return write_film({options_.film, results.output.temporary(), container(), &*music_, film.origin_s, film.picture,
                       options_.keep_sound == KeepSound::kTrack && film.has_sound},
                      cancelled_);
  }

  Result<void> write_report(const OpenModel& model, Results& results) {
    if (!results.report) return {};
    RunFacts facts;
    facts.audio_seconds = static_cast<double>(music_->frames()) / kSampleRate_hz;
    facts.video_seconds = scored_.video_s;
    facts.wall_seconds = seconds();
    facts.first_music_seconds = scored_.first_music_s;
    facts.peak_rss_mb = peak_rss_mb();
    facts.latency_ms = engine_->latency_s() * 1000.0;
    facts.bundle_name = model.bundle->info().name;
    facts.bundle_sha256 = model.bundle->sha256();
    facts.steps = settings_.steps;
    facts.guidance = settings_.guidance;
    facts.warnings = warnings_;
    return results.report->write_all(report_json(options_, facts, engine_->report()));
  }

  Result<std::vector<std::string>> commit(Results& results) {
    // The last moment at which an interruption leaves nothing behind; OUT last, for who waits for it to appear.
    if (cancelled_) return fail(ErrorCode::kCancelled, "interrupted");
    if (results.stems) {
      if (auto done = results.stems->commit(); !done) return tl::unexpected(done.error());
    }
    if (results.report) {
      if (auto done = results.report->commit(); !done) return tl::unexpected(done.error());
    }
    if (auto done = results.output.commit(); !done) return tl::unexpected(done.error());
    progress_.clear();
    return std::move(warnings_);
  }

  const ScoreOptions& options_;
  const OutputKind kind_;
  const std::atomic<bool>& cancelled_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  Progress progress_;
  std::unique_ptr<FilmReader> film_;
  std::unique_ptr<stream::Engine> engine_;
  std::optional<PcmScratch> music_;
  std::vector<model::TimedNote> notes_;
  stream::EngineSettings settings_;
  ScoringResult scored_;
  std::vector<std::string> warnings_;
};

}  // namespace

Result<std::vector<std::string>> score(const ScoreOptions& options, const ModelFactory& factory,
                                       const std::atomic<bool>& cancelled) {
  if (auto ok = check(options); !ok) return tl::unexpected(ok.error());
  return ScoreJob(options, cancelled).run(factory);
}

}  // namespace photoplayer::tools
