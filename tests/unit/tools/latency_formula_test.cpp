// SPDX-License-Identifier: Apache-2.0
/// Engine, command and docs/latency.md say the same, because all of them are held to one function.
#include "clips.h"
#include "latency/live_run.h"
#include "scripted_model.h"
#include "support/catch.h"

#include <photoplayer/model/bundle.h>
#include <photoplayer/stream/latency_formula.h>
#include <photoplayer/stream/window_planner.h>

#include <cstdio>
#include <cstdlib>
#include <string>

using namespace photoplayer;
using namespace photoplayer::tools;
using photoplayer::tools::test::read_file;

namespace {

constexpr double kTempos[] = {50.0, 60.0, 72.0, 90.0, 100.0, 120.0, 140.0, 180.0};

stream::LatencyTerms terms_at(double tempo_bpm) {
  stream::LatencyTerms terms;
  terms.longest_row_s = stream::longest_beat_s(tempo_bpm);
  return terms;
}

/// As docs/latency.md has it.
std::string tempo_row(double tempo_bpm) {
  const stream::LatencyTerms terms = terms_at(tempo_bpm);
  const int beats = stream::hop_rows(terms.max_hop_s, tempo_bpm);
  char row[160];
  std::snprintf(row, sizeof row, "| %.0f | %d | %.0f | %.0f | %.0f | %.0f | %.0f |\n", tempo_bpm, beats,
                1e3 * beats * 60.0 / tempo_bpm, 1e3 * stream::aligned_latency_s(terms),
                1e3 * stream::instant_latency_s(terms), 1e3 * stream::latest_accent_s(terms),
                1e3 * stream::latest_answer_s(terms));
  return row;
}

std::string page() {
  const char* data = std::getenv("PHOTOPLAYER_TEST_DATA");
  REQUIRE(data != nullptr);
  return read_file(std::filesystem::path(data) / "../../docs/latency.md");
}

}  // namespace

TEST_CASE("Latency formula: the page's table is the function's", "[tools][unit]") {
  std::string table;
  for (const double tempo_bpm : kTempos) table += tempo_row(tempo_bpm);
  INFO("docs/latency.md should have these rows, and no other between them:\n" << table);
  CHECK(page().find(table) != std::string::npos);
}

TEST_CASE("Latency formula: the page's terms are the engine's defaults", "[tools][unit]") {
  const stream::EngineSettings engine;
  const stream::LatencyTerms terms = latency_terms(engine, true);
  const stream::LatencyTerms formula;
  CHECK(terms.max_hop_s == formula.max_hop_s);
  CHECK(terms.analysis_s == formula.analysis_s);
  CHECK(terms.budget_s == formula.budget_s);
  CHECK(terms.jitter_s == formula.jitter_s);
  char sum[160];
  std::snprintf(sum, sizeof sum, "%.2f + %.2f + %.2f + %.2f = %.2f s", stream::longest_hop_s(terms), terms.analysis_s,
                terms.budget_s, terms.jitter_s, stream::aligned_latency_s(terms));
  char accent[60], score[60];
  std::snprintf(accent, sizeof accent, "= %.2f … %.2f s\n", terms.jitter_s, stream::latest_accent_s(terms));
  std::snprintf(score, sizeof score, "= %.2f … %.2f s\n", terms.jitter_s, stream::latest_answer_s(terms));
  for (const char* line : {sum, accent, score}) {
    INFO("docs/latency.md should say: " << line);
    CHECK(page().find(line) != std::string::npos);
  }
}

TEST_CASE("Latency formula: the engine reports it at every tempo, and never more than two seconds", "[tools][unit]") {
  const auto factory = test::scripted_model();
  for (int tempo_bpm = 50; tempo_bpm <= 180; tempo_bpm += 5) {
    for (const auto mode : {stream::Mode::kAligned, stream::Mode::kInstant}) {
      auto model = factory(nullptr, 1);
      REQUIRE(model);
      model->settings.mode = mode;
      model->settings.controls.tempo_bpm = tempo_bpm;
      const stream::LatencyTerms terms = latency_terms(model->settings, true);
      const auto engine = stream::Engine::make(model->settings, std::move(model->parts));
      REQUIRE(engine);
      const bool aligned = mode == stream::Mode::kAligned;
      CAPTURE(tempo_bpm, aligned);
      CHECK((*engine)->latency_s() ==
            Approx(aligned ? stream::aligned_latency_s(terms) : stream::instant_latency_s(terms)).margin(1e-9));
      CHECK((*engine)->latency_s() <= 2.0);
    }
  }
}

TEST_CASE("Latency formula: an accent may be waited for by 0.4 s at most", "[tools][unit]") {
  CHECK(stream::latest_accent_s(latency_terms({}, true)) <= 0.4);
}

TEST_CASE("Latency formula: a row longer than a hop makes the hop as long as itself", "[tools][unit]") {
  stream::LatencyTerms terms;
  terms.max_hop_s = 1.0;
  terms.longest_row_s = stream::longest_beat_s(50.0);
  CHECK(stream::longest_hop_s(terms) == Approx(60.0 / 48.5));
  CHECK(stream::aligned_latency_s(terms) == Approx(60.0 / 48.5 + 0.61));
}

TEST_CASE("Latency formula: a sound's rows count, if it has no notes", "[tools][unit]") {
  stream::EngineSettings settings;
  settings.max_hop_s = 0.1;
  CHECK(latency_terms(settings, false).longest_row_s == Approx(2048.0 / 44100.0));
  CHECK(latency_terms(settings, true).longest_row_s == Approx(stream::longest_beat_s(stream::kMinTempo_bpm)));
}
