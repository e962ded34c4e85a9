// SPDX-License-Identifier: Apache-2.0
#include "latency/latency_command.h"

#include "bundle_path.h"
#include "latency/latency_results.h"
#include "media/output_file.h"
#include "progress.h"

#include <photoplayer/model/bundle.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

namespace photoplayer::tools {
namespace {

struct Outputs {
  std::optional<OutputFile> json, plot, trace;
};

/// Before any work, so that a place that cannot be written is known at once.
Result<Outputs> open_outputs(const LatencyOptions& options) {
  Outputs outputs;
  const std::pair<const std::filesystem::path&, std::optional<OutputFile>&> wanted[] = {
      {options.json, outputs.json}, {options.plot, outputs.plot}, {options.trace, outputs.trace}};
  for (const auto& [path, file] : wanted) {
    if (path.empty()) continue;
    auto created = OutputFile::create(path);
    if (!created) return tl::unexpected(created.error());
    file.emplace(std::move(*created));
  }
  return outputs;
}

/// With nothing begun, an interruption leaves nothing behind.
Result<void> write_outputs(const LatencyResults& results, Outputs& outputs, const std::atomic<bool>& cancelled) {
  if (outputs.plot) {
    const auto png = latency_plot(results);
    if (!png) return tl::unexpected(png.error());
    if (auto written = outputs.plot->write_all(*png); !written) return written;
  }
  if (outputs.trace) {
    if (auto written = outputs.trace->write_all(latency_trace(results)); !written) return written;
  }
  if (outputs.json) {
    if (auto written = outputs.json->write_all(latency_json(results)); !written) return written;
  }
  if (cancelled) return fail(ErrorCode::kCancelled, "interrupted");
  for (auto* file : {&outputs.plot, &outputs.trace, &outputs.json}) {
    if (!*file) continue;
    if (auto done = (*file)->commit(); !done) return done;
  }
  return {};
}

class LatencyJob {
 public:
  LatencyJob(const LatencyOptions& options, const ModelFactory& factory, const std::atomic<bool>& cancelled)
      : options_(options), factory_(factory), cancelled_(cancelled), progress_(stderr) {}

  Result<LatencyOutcome> run() {
    auto outputs = open_outputs(options_);
    if (!outputs) return tl::unexpected(outputs.error());
    LatencyResults results;
    results.options = options_;
    auto opened = open_bundle(options_.bundle);
    if (!opened) return tl::unexpected(opened.error());
    bundle_ = std::move(*opened);
    results.bundle_name = bundle_->info().name;
    results.bundle_sha256 = bundle_->sha256();
    auto live = run_live();
    if (!live) return tl::unexpected(live.error());
    results.live = std::move(*live);
    getloadavg(&results.load_average, 1);
    auto events = try_events(
        options_, [this] { return load(); }, cancelled_, [this](double share) { progress_.show_share(share); });
    if (!events) return tl::unexpected(events.error());
    results.events = std::move(*events);
    progress_.clear();
    if (auto written = write_outputs(results, *outputs, cancelled_); !written) return tl::unexpected(written.error());
    if (results.live.report.failures > 0) {
      warnings_.push_back("the model failed " + std::to_string(results.live.report.failures) +
                          " times: " + results.live.report.last_failure);
    }
    if (options_.events > 0 && results.events.valid() == 0) {
      warnings_.push_back("no comparison counts, so the reaction to events is unknown: " +
                          results.events.trials.front().void_reason);
    }
    return LatencyOutcome{latency_text(results), std::move(warnings_)};
  }

 private:
  Result<LoadedModel> load() const {
    auto model = factory_(bundle_, options_.seed);
    if (!model) return model;
    model->settings.seed = options_.seed;
    model->settings.mode = options_.mode;
    model->settings.controls.tempo_bpm = options_.tempo_bpm;
    return model;
  }

  Result<LiveRun> run_live() {
    if (auto started = start_gstreamer(); !started) return tl::unexpected(started.error());
    std::unique_ptr<FilmReader> reader;
    TestFilm drawn(options_.seed, lively_events(options_.seed, options_.seconds + kMargin_s));
    LiveInput input;
    if (options_.input.empty()) {
      input.film = [&]() -> Result<std::optional<FilmFrame>> { return drawn.next(); };
    } else {
      auto opened = FilmReader::open(options_.input, cancelled_);
      if (!opened) return tl::unexpected(opened.error());
      reader = std::move(*opened);
      input.film = [&] { return reader->next(); };
      input.film_end_s = [&] { return reader->end_s(); };
    }
    auto model = load();
    if (!model) return tl::unexpected(model.error());
    if (!model->warning.empty()) warnings_.push_back(model->warning);
    input.model = std::move(*model);
    input.progress = [this](double done_s) { progress_.show(done_s, options_.seconds); };
    auto run = play_live(options_, std::move(input), cancelled_);
    if (run && reader && !reader->warning().empty()) warnings_.push_back(reader->warning());
    return run;
  }

  /// The film goes on while the last music is waited for.
  static constexpr double kMargin_s = 10.0;

  const LatencyOptions& options_;
  const ModelFactory& factory_;
  const std::atomic<bool>& cancelled_;
  Progress progress_;
  std::shared_ptr<const model::Bundle> bundle_;
  std::vector<std::string> warnings_;
};

}  // namespace

Result<LatencyOutcome> measure_latency(const LatencyOptions& options, const ModelFactory& factory,
                                       const std::atomic<bool>& cancelled) {
  if (auto ok = check(options); !ok) return tl::unexpected(ok.error());
  return LatencyJob(options, factory, cancelled).run();
}

}  // namespace photoplayer::tools
