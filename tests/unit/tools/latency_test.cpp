// SPDX-License-Identifier: Apache-2.0
#include "clips.h"
#include "command_line.h"
#include "latency/audible_difference.h"
#include "latency/event_trials.h"
#include "latency/latency_command.h"
#include "latency/latency_results.h"
#include "latency/simulated_clock.h"
#include "latency/simulated_run.h"
#include "picture_feed.h"
#include "scripted_model.h"
#include "support/catch.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>
#include <set>
#include <thread>
#include <variant>

using namespace photoplayer;
using namespace photoplayer::tools;
using namespace photoplayer::tools::test;

namespace {

Result<Command> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), {"photoplayer", "latency"});
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

/// A tone of a given level, stereo.
std::vector<float> tone(std::size_t frames, double level) {
  std::vector<float> sound;
  for (std::size_t i = 0; i < frames; ++i) {
    const auto sample = static_cast<float>(level * std::sin(0.05 * static_cast<double>(i)));
    sound.insert(sound.end(), {sample, sample});
  }
  return sound;
}

/// The same until `frame`, then `decibels` louder.
std::vector<float> louder_from(std::vector<float> sound, std::size_t frame, double decibels) {
  const auto factor = static_cast<float>(std::pow(10.0, decibels / 20.0));
  for (std::size_t i = 2 * frame; i < sound.size(); ++i) sound[i] *= factor;
  return sound;
}

LoadModel scripted(stream::Mode mode) {
  return [mode] {
    auto model = scripted_model()(nullptr, 1);
    if (model) model->settings.mode = mode;
    return model;
  };
}

/// A step of its work takes 2 ms.
class SteppingGenerator final : public stream::LatentGenerator {
 public:
  int dims() const override { return 1; }
  Result<stream::WindowResult> generate(const stream::WindowRequest& request) override {
    stream::WindowResult result;
    for (int left = request.steps; left > 0; --left) {
      left = request.steps_that_fit(left);
      if (left <= 0) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      ++result.steps_taken;
    }
    return result;
  }
  void reset() override {}
  stream::Controls decided() const override { return {}; }
};

LiveRun run_with(const std::vector<std::pair<double, bool>>& windows, const std::vector<Mark>& marks = {}) {
  LiveRun run;
  for (const auto& [end_s, whole] : windows) run.notes.windows.push_back({{end_s, 0.0F}, 2, 8, whole ? 8 : 5, true});
  run.marks = marks;
  return run;
}

}  // namespace

TEST_CASE("photoplayer latency: every option arrives", "[tools][unit]") {
  const auto command = parse({"--seconds", "7.5", "--input", "a.mp4", "--bundle", "b", "--mode",     "instant",
                              "--tempo",   "80",  "--seed",  "9",     "--events", "3", "--slowdown", "3:5:2",
                              "--json",    "j",   "--plot",  "p",     "--trace",  "t"});
  REQUIRE(command);
  const auto& options = std::get<LatencyOptions>(*command);
  CHECK(options.seconds == 7.5);
  CHECK(options.input == "a.mp4");
  CHECK(options.bundle == "b");
  CHECK(options.mode == stream::Mode::kInstant);
  CHECK(options.tempo_bpm == 80.0);
  CHECK(options.seed == 9);
  CHECK(options.events == 3);
  REQUIRE(options.slowdown);
  CHECK(options.slowdown->factor == 3.0);
  CHECK(options.slowdown->start_s == 5.0);
  CHECK(options.slowdown->end_s() == 7.0);
  CHECK(options.json == "j");
  CHECK(options.plot == "p");
  CHECK(options.trace == "t");
}

TEST_CASE("photoplayer latency: a mistake is a usage error of one line", "[tools][unit]") {
  const std::vector<std::vector<const char*>> mistakes = {{"--seconds", "0"},
                                                          {"--seconds", "nan"},
                                                          {"--seconds", "x"},
                                                          {"--events", "-1"},
                                                          {"--mode", "soon"},
                                                          {"--tempo", "30"},
                                                          {"--seed", "-1"},
                                                          {"--slowdown", "3"},
                                                          {"--slowdown", "3:5"},
                                                          {"--slowdown", "3:5:2:1"},
                                                          {"--slowdown", "3:5:x"},
                                                          {"--slowdown", "3:5: 2"},
                                                          {"--slowdown", "0.5:5:2"},
                                                          {"--slowdown", "nan:5:2"},
                                                          {"--slowdown", "3:-5:2"},
                                                          {"--slowdown", "3:30:2"},
                                                          {"--slowdown", "::"},
                                                          {"--json", "a", "--plot", "./a"},
                                                          {"--input", "a", "--trace", "a"},
                                                          {"extra"}};
  for (const auto& arguments : mistakes) {
    CAPTURE(arguments);
    const auto command = parse(arguments);
    REQUIRE_FALSE(command);
    CHECK(command.error().code == ErrorCode::kUsage);
    CHECK(command.error().message.find('\n') == std::string::npos);
  }
}

TEST_CASE("Distribution: percentiles are values that were measured", "[tools][unit]") {
  std::vector<double> values;
  for (int i = 1000; i > 0; --i) values.push_back(i);
  const Distribution of = distribution(values);
  CHECK(of.count == 1000);
  CHECK(of.p50 == 500.0);
  CHECK(of.p95 == 950.0);
  CHECK(of.p99 == 990.0);
  CHECK(of.p999 == 999.0);
  CHECK(of.max == 1000.0);
  CHECK(distribution({}).count == 0);
  CHECK(distribution({3.0}).p50 == 3.0);
  CHECK(distribution({3.0, 1.0, 2.0}).p50 == 2.0);
}

TEST_CASE("Audible difference: a decibel is heard where it begins, half of one is not", "[tools][unit]") {
  const std::vector<float> sound = tone(44100, 0.3);
  const std::size_t from = 20000;
  const auto heard = first_audible_difference(sound, louder_from(sound, from, 1.05));
  REQUIRE(heard);
  CHECK(*heard > from);
  CHECK(*heard <= from + 2 * kAudibleWindow_frames);
  CHECK_FALSE(first_audible_difference(sound, louder_from(sound, from, 0.5)));
  CHECK(first_difference(sound, louder_from(sound, from, 0.5)).value() >= from);
  CHECK_FALSE(first_difference(sound, sound));
}

TEST_CASE("Audible difference: in silence nothing is heard", "[tools][unit]") {
  const std::vector<float> sound = tone(44100, 5e-4);
  CHECK_FALSE(first_audible_difference(sound, louder_from(sound, 20000, 6.0)));
  CHECK(first_audible_difference(tone(44100, 0.05), louder_from(tone(44100, 0.05), 20000, 6.0)));
}

TEST_CASE("Slowdown: steps inside it take the factor's time, others do not", "[tools][unit]") {
  const auto took_s = [](const Slowdown& slowdown) {
    SimulatedClock clock(1);
    Notes notes;
    auto model = scripted_model()(nullptr, 1);
    REQUIRE(model);
    model->parts.generator = std::make_unique<SteppingGenerator>();
    ProbeSettings settings;
    settings.slowdown = slowdown;
    add_probes(*model, clock, notes, settings);
    stream::WindowRequest request;
    request.steps = 5;
    REQUIRE(model->parts.generator->generate(request));
    REQUIRE(notes.windows.size() == 1);
    CHECK(notes.windows[0].steps_taken == 5);
    return clock.now_s();  // only the brake moves it
  };
  CHECK(took_s({3.0, 0.0, 10.0}) >= 5 * 2 * 0.002);
  CHECK(took_s({3.0, 1.0, 10.0}) == 0.0);
  // Over after the first step: that one alone was slow.
  const double once_s = took_s({3.0, 0.0, 0.001});
  CHECK(once_s >= 0.004);
  CHECK(once_s < took_s({3.0, 0.0, 10.0}));
}

TEST_CASE("Recovery: counts hops after the slowdown until two whole ones follow each other", "[tools][unit]") {
  const Slowdown slowdown{3.0, 1.0, 1.0};
  CHECK_FALSE(recovery_hops(run_with({{2.5, false}}), std::nullopt));
  CHECK(recovery_hops(run_with({{1.5, false}, {2.5, true}, {3.5, true}}), slowdown) == 0);
  CHECK(recovery_hops(run_with({{1.5, false}, {2.5, false}, {3.5, true}, {4.5, true}}), slowdown) == 1);
  CHECK(recovery_hops(run_with({{2.5, true}, {3.5, false}, {4.5, true}, {5.5, true}}), slowdown) == 2);
  CHECK(recovery_hops(run_with({{2.5, true}, {4.5, true}, {5.5, true}}, {{3.0, "bed"}, {3.1, "underrun"}}), slowdown) ==
        2);
  CHECK(recovery_hops(run_with({{2.5, false}, {3.5, false}}), slowdown) == 2);
}

TEST_CASE("Simulated clock: threads take turns in the order of their times", "[tools][unit]") {
  SimulatedClock clock(2);
  std::vector<double> order;
  const auto sleeper = [&](double step_s) {
    for (int i = 1; i <= 3; ++i) {
      clock.wait_until(step_s * i);
      order.push_back(clock.now_s());
    }
  };
  std::thread fast([&] {
    sleeper(1.0);
    CHECK_FALSE(clock.wait_until(100.0));
  });
  std::thread slow([&] {
    sleeper(1.6);
    clock.interrupt();
  });
  fast.join();
  slow.join();
  const std::vector<double> expected = {1.0, 1.6, 2.0, 3.0, 3.2, 4.8};
  REQUIRE(order.size() == expected.size());
  for (std::size_t i = 0; i < order.size(); ++i) CHECK(order[i] == Approx(expected[i]));
}

TEST_CASE("Test film: perception sees its cuts and flashes where they are, and nothing else", "[tools][gst]") {
  REQUIRE(start_gstreamer());
  const std::vector<FilmEvent> events = lively_events(5, 20.0);
  REQUIRE(events.size() >= 4);
  stream::Timeline timeline;
  PictureFeed feed(timeline, nullptr);
  TestFilm film(5, events);
  for (int i = 0; i < 500; ++i) {
    const FilmFrame frame = film.next();
    REQUIRE(feed.see(frame.sample.get(), frame.time_s));
  }
  std::vector<double> wanted, seen;
  for (const FilmEvent& event : events) wanted.push_back(event.time_s);
  for (const auto& event : timeline.events(0.0, 20.0)) {
    if (event.kind != stream::VisualEventKind::kBeat && event.strength >= 0.3F) seen.push_back(event.time_s);
  }
  REQUIRE(seen.size() == wanted.size());
  for (std::size_t i = 0; i < seen.size(); ++i) CHECK(seen[i] == Approx(wanted[i]).margin(kTestFrame_s + 1e-6));
}

TEST_CASE("Event trials: the accent comes within the formula's bounds", "[tools][gst]") {
  REQUIRE(start_gstreamer());
  const std::atomic<bool> cancelled{false};
  LatencyOptions options;
  options.events = 4;
  SECTION("instant: at once, behind the jitter buffer") {
    const auto trials = try_events(options, scripted(stream::Mode::kInstant), cancelled, {});
    REQUIRE(trials);
    CHECK(trials->valid() == 4);
    std::set<double> different;
    for (const EventTrial& trial : trials->trials) {
      CAPTURE(trial.event.time_s);
      REQUIRE(trial.accent_s);
      REQUIRE(trial.audible_s);
      const stream::EngineSettings settings;
      CHECK(*trial.accent_s >= settings.jitter_s - 1e-6);
      CHECK(*trial.accent_s <= stream::latest_accent_s({}));
      CHECK(*trial.audible_s <= stream::latest_accent_s({}) + 0.02);
      if (trial.score_s) CHECK(*trial.score_s <= stream::latest_answer_s({}));
      different.insert(*trial.accent_s);
    }
    CHECK(different.size() > 1);
  }
  SECTION("aligned: with the event, once the picture has waited") {
    options.mode = stream::Mode::kAligned;
    const auto trials = try_events(options, scripted(stream::Mode::kAligned), cancelled, {});
    REQUIRE(trials);
    CHECK(trials->valid() == 4);
    for (const EventTrial& trial : trials->trials) {
      REQUIRE(trial.accent_s);
      CHECK(*trial.accent_s == Approx(stream::aligned_latency_s({})).margin(kTestFrame_s + 0.01));
    }
  }
}

TEST_CASE("Simulated run: two are the same to the bit, and an event parts them after it was seen", "[tools][gst]") {
  REQUIRE(start_gstreamer());
  const std::atomic<bool> cancelled{false};
  const auto play = [&](std::vector<FilmEvent> events) {
    auto model = scripted(stream::Mode::kInstant)();
    REQUIRE(model);
    auto run = simulate_live({std::move(*model), TestFilm(1, std::move(events)), 6.0, {}}, cancelled);
    REQUIRE(run);
    return std::move(*run);
  };
  const SimulatedRun one = play({}), same = play({}), other = play({{3.0, stream::VisualEventKind::kCut}});
  CHECK_FALSE(one.late);
  CHECK(one.sound.size() > 2 * 5 * 44100);
  CHECK_FALSE(first_difference(one.sound, same.sound));
  const auto parted = first_difference(one.sound, other.sound);
  REQUIRE(parted);
  CHECK(one.latency_s + static_cast<double>(*parted) / 44100.0 >= 3.0);
}

namespace {

struct LatencyFiles {
  LatencyFiles() {
    write_tiny_bundle(folder / "a.bundle");
    options.bundle = folder / "a.bundle";
    options.seconds = 2.0;
    options.events = 2;
    options.mode = stream::Mode::kInstant;
    options.json = folder / "run.json";
    options.plot = folder / "run.png";
    options.trace = folder / "run.trace.json";
  }
  TemporaryFolder folder;
  LatencyOptions options;
  std::atomic<bool> cancelled{false};
};

}  // namespace

TEST_CASE_METHOD(LatencyFiles, "photoplayer latency: numbers, plot and trace of a live run", "[tools][gst]") {
  options.slowdown = Slowdown{2.0, 0.5, 0.5};
  const auto outcome = measure_latency(options, scripted_model(), cancelled);
  REQUIRE(outcome);
  CHECK(outcome->text.find("event to audio") != std::string::npos);
  CHECK(folder.entries() == std::vector<std::string>{"a.bundle", "run.json", "run.png", "run.trace.json"});

  const auto json = nlohmann::json::parse(read_file(options.json));
  CHECK(json["audio_seconds"].get<double>() == Approx(2.0).margin(0.02));
  CHECK(json["wall_seconds"].get<double>() >= 2.0);
  CHECK(json["latency_ms"].get<double>() == Approx(60.0));
  for (const char* stage : {"perceive", "plan", "sample", "decode", "synthesise", "render"}) {
    CAPTURE(stage);
    REQUIRE(json["stage_ms"].contains(stage));
    const auto& of = json["stage_ms"][stage];
    CHECK(of["count"].get<int>() > 0);
    CHECK(of["p50"].get<double>() <= of["p95"].get<double>());
    CHECK(of["p99"].get<double>() <= of["p999"].get<double>());
    CHECK(of["p999"].get<double>() <= of["max"].get<double>());
  }
  CHECK(json["queue_ms"]["count"] == 200);
  CHECK(json["queue_ms"]["max"].get<double>() <= json["queue_limit_ms"].get<double>());
  CHECK(json["event_to_audio_ms"]["count"] == json["event_trials"]["valid"]);
  CHECK(json["event_trials"]["trials"].size() == 2);
  CHECK(json["recovery_hops"].get<int>() == 0);
  CHECK(json["visual_events"].is_array());
  CHECK(json["max_gap_ms"].is_number());
  CHECK(json["ladder"].size() == 5);
  CHECK_FALSE(json["live"]["priority"].get<std::string>().empty());
  CHECK(json["live"]["steps"].get<int>() > 0);
  CHECK(json["live"]["budget_ms"].get<double>() > 0.0);
  CHECK(json["live"]["late_events"] == 0);
  CHECK(json["first_sound_ms"]["warm"].get<double>() >= 300.0);
  CHECK(json["first_sound_ms"]["cold"].get<double>() > json["first_sound_ms"]["warm"].get<double>());

  const std::string png = read_file(options.plot);
  CHECK(png.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  const auto trace = nlohmann::json::parse(read_file(options.trace));
  std::set<std::string> names;
  for (const auto& event : trace["traceEvents"]) {
    names.insert(event["name"].get<std::string>());
    if (event["ph"] == "X") CHECK(event["dur"].get<double>() >= 0.0);
  }
  for (const char* name : {"perceive", "sample", "decode", "synthesise", "render", "queue", "thread_name", "hop"}) {
    CAPTURE(name);
    CHECK(names.count(name) == 1);
  }
}

TEST_CASE_METHOD(LatencyFiles, "photoplayer latency: a film of its own ends the run where it ends", "[tools][gst]") {
  make_film(folder / "film.mp4", 40);  // 1.6 s
  options.input = folder / "film.mp4";
  options.events = 0;
  options.seconds = 30.0;
  options.plot.clear();
  options.trace.clear();
  REQUIRE(measure_latency(options, scripted_model(), cancelled));
  const auto json = nlohmann::json::parse(read_file(options.json));
  CHECK(json["audio_seconds"].get<double>() == Approx(1.6).margin(0.05));
  CHECK(json["event_to_audio_ms"]["count"] == 0);
}

TEST_CASE_METHOD(LatencyFiles, "photoplayer latency: an interruption leaves no file", "[tools][gst]") {
  options.seconds = 60.0;
  std::thread user([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    cancelled = true;
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto outcome = measure_latency(options, scripted_model(), cancelled);
  user.join();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == ErrorCode::kCancelled);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
  CHECK(folder.entries() == std::vector<std::string>{"a.bundle"});
}

TEST_CASE_METHOD(LatencyFiles, "photoplayer latency: what is missing is said before the run", "[tools][gst]") {
  options.seconds = 60.0;
  ErrorCode expected{};
  SECTION("no place for a file") {
    options.plot = folder / "nowhere/run.png";
    expected = ErrorCode::kOutput;
  }
  SECTION("no film") {
    options.input = folder / "none.mp4";
    expected = ErrorCode::kBadInput;
  }
  SECTION("no bundle") {
    options.bundle = folder / "none.bundle";
    expected = ErrorCode::kBadBundle;
  }
  const auto outcome = measure_latency(options, scripted_model(), cancelled);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == expected);
  CHECK(folder.entries() == std::vector<std::string>{"a.bundle"});
}
