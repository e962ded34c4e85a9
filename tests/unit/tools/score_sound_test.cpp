// SPDX-License-Identifier: Apache-2.0
#include "score_command.h"

#include "clips.h"
#include "scripted_model.h"
#include "sound_probe.h"
#include "support/catch.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

using namespace photoplayer;
using namespace photoplayer::tools;
using namespace photoplayer::tools::test;

namespace {

const std::atomic<bool> kNever{false};

class ScoreTest {
 public:
  ScoreTest() {
    make_film(folder / "film.mp4");
    write_tiny_bundle(folder / "a.bundle");
    options.film = folder / "film.mp4";
    options.bundle = folder / "a.bundle";
  }
  void score_to(const std::string& name) {
    options.output = folder / name;
    const auto done = score(options, scripted_model(), kNever);
    if (!done) FAIL(done.error().message);
    CHECK(done->empty());
  }
  TemporaryFolder folder;
  ScoreOptions options;
};

}  // namespace

TEST_CASE_METHOD(ScoreTest, "score: WAV and FLAC hold the same music, as long as the film", "[tools][gst]") {
  score_to("a.wav");
  score_to("a.flac");
  const Sound wav = read_sound(folder / "a.wav");
  CHECK(wav.sample_rate_hz == 44100);
  CHECK(wav.channels == 2);
  CHECK(wav.seconds() == Approx(3.0).margin(0.003));
  CHECK(peak(wav.left) > 0.05F);
  CHECK(peak(wav.left) < 1.0F);
  const Sound flac = read_sound(folder / "a.flac");
  REQUIRE(flac.left.size() == wav.left.size());
  float worst = 0.0F;
  for (std::size_t i = 0; i < wav.left.size(); ++i) worst = std::max(worst, std::abs(flac.left[i] - wav.left[i]));
  CHECK(worst < 3e-7F);  // libsndfile rounds to 24 bits in two ways
  CHECK(folder.entries() == std::vector<std::string>{"a.bundle", "a.flac", "a.wav", "film.mp4"});
}

TEST_CASE_METHOD(ScoreTest, "score: the seed decides the music", "[tools][gst]") {
  score_to("a.wav");
  score_to("b.wav");
  CHECK(read_file(folder / "a.wav") == read_file(folder / "b.wav"));
  options.seed = 2;
  score_to("b.wav");
  CHECK(read_file(folder / "a.wav") != read_file(folder / "b.wav"));
}

TEST_CASE_METHOD(ScoreTest, "score: the stems add up to the music", "[tools][gst]") {
  options.stems_folder = folder / "new/stems";
  score_to("a.wav");
  const Sound music = read_sound(folder / "a.wav");
  std::vector<float> sum(music.left.size(), 0.0F);
  for (const char* name : {"melody", "harmony", "figure", "bass", "drums"}) {
    const Sound stem = read_sound(options.stems_folder / (std::string(name) + ".wav"));
    REQUIRE(stem.left.size() == music.left.size());
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += stem.left[i];
  }
  // The limiter works on the sum, later by its look-ahead; here it has nothing to limit.
  const int lag = lag_frames(sum, music.left, 600);
  double worst = 0.0;
  for (std::size_t i = 1000; i + 1000 < sum.size(); ++i) {
    worst = std::max(
        worst, static_cast<double>(std::abs(sum[i] - music.left[static_cast<std::size_t>(static_cast<int>(i) + lag)])));
  }
  CHECK(worst < 0.02);
}

TEST_CASE_METHOD(ScoreTest, "score: a .mid is a MIDI file", "[tools][gst]") {
  score_to("a.mid");
  const std::string bytes = read_file(folder / "a.mid");
  CHECK(bytes.substr(0, 4) == "MThd");
  CHECK(bytes.find("MTrk") != std::string::npos);
}

TEST_CASE_METHOD(ScoreTest, "score: the report has every promised key", "[tools][gst]") {
  options.report = folder / "r.json";
  score_to("a.wav");
  const auto json = nlohmann::json::parse(read_file(folder / "r.json"));
  for (const char* key : {"audio_seconds", "wall_seconds",    "rtf",
                          "seed",          "bundle",          "mode",
                          "latency_ms",    "sample_rate",     "windows",
                          "seams",         "beats",           "bars",
                          "tempo_bpm",     "beat_source",     "visual_events",
                          "notes",         "notes_corrected", "underruns",
                          "ladder",        "stage_ms",        "first_music_seconds",
                          "peak_rss_mb"}) {
    INFO(key);
    CHECK(json.contains(key));
  }
  for (const char* rung : {"fewer_steps", "no_guidance", "look_ahead", "repeat_bar", "bed"})
    CHECK(json["ladder"][rung] == 0);
  CHECK(json["audio_seconds"].get<double>() == Approx(3.0).margin(0.003));
  CHECK(json["bundle"] == "scripted");
  CHECK(json["windows"].get<int>() > 0);
  CHECK(json["beats"].size() > 2);
  CHECK(json["steps"] == 3);
  CHECK(json["underruns"] == 0);
  CHECK(json["first_music_seconds"].get<double>() > 0.0);
  CHECK(json["peak_rss_mb"].get<double>() > 5.0);
}

TEST_CASE_METHOD(ScoreTest, "score: the film's own sound can be mixed in", "[tools][gst]") {
  score_to("plain.wav");
  options.keep_sound = KeepSound::kMix;
  score_to("mixed.wav");
  const Sound plain = read_sound(folder / "plain.wav"), mixed = read_sound(folder / "mixed.wav");
  CHECK(mixed.left.size() == plain.left.size());
  CHECK(tone_level(mixed, 880.0) > 0.2);  // the film's tone has an amplitude of 0.3
  CHECK(tone_level(plain, 880.0) < 0.02);
  CHECK(true_peak(mixed.left) <= 0.892F);
}

TEST_CASE_METHOD(ScoreTest,
                 "score: a hostile sound is mixed in without numbers that are none, and peaks stay under -1 dBTP",
                 "[tools][gst]") {
  make_clip(
      "videotestsrc num-buffers=50 ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! jpegenc ! queue ! "
      "mux. "
      "audiotestsrc wave=square freq=997 volume=0.5 samplesperbuffer=441 num-buffers=200 ! "
      "audio/x-raw,format=F32LE,rate=44100,channels=2 ! queue ! mux. matroskamux name=mux ! filesink location=%s",
      folder / "loud.mkv");
  std::string bytes = read_file(folder / "loud.mkv");
  const std::string half("\0\0\0\x3f", 4), broken("\0\0\xc0\x7f\0\0\x80\x7f", 8);  // not a number, infinity
  const std::size_t at = bytes.find(half + half + half + half, bytes.size() / 2);
  REQUIRE(at != std::string::npos);
  bytes.replace(at, 8, broken);
  // Louder than full scale, so that the gain comes down and the edges of the square wave overshoot between samples.
  for (std::size_t i = bytes.find(half + half); i != std::string::npos; i = bytes.find(half + half, i)) {
    bytes.replace(i, 8, std::string("\0\0\0\x40\0\0\0\x40", 8));
  }
  write_file(folder / "loud.mkv", bytes);
  options.film = folder / "loud.mkv";
  options.keep_sound = KeepSound::kMix;
  score_to("mixed.wav");
  const Sound mixed = read_sound(folder / "mixed.wav");
  REQUIRE(mixed.left.size() == 88200);
  CHECK(true_peak(mixed.left) < 0.91F);  // -1 dBTP is 0.891, for sound that has less above 20 kHz than this
  CHECK(tone_level(mixed, 997.0) > 0.3);
}

TEST_CASE_METHOD(ScoreTest, "score: mixing into a film without sound leaves the music as it is", "[tools][gst]") {
  make_clip(
      "videotestsrc num-buffers=50 ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! h264 ! mp4mux ! "
      "filesink location=%s",
      folder / "silent.mp4");
  options.film = folder / "silent.mp4";
  score_to("plain.wav");
  options.keep_sound = KeepSound::kMix;
  score_to("mixed.wav");
  CHECK(read_file(folder / "plain.wav") == read_file(folder / "mixed.wav"));
}

TEST_CASE_METHOD(ScoreTest, "score: an interruption leaves nothing behind", "[tools][gst]") {
  options.output = folder / "a.wav";
  options.report = folder / "r.json";
  options.stems_folder = folder / "stems";
  const auto before = folder.entries();
  const std::atomic<bool> interrupted{true};
  const auto done = score(options, scripted_model(), interrupted);
  REQUIRE_FALSE(done);
  CHECK(done.error().code == ErrorCode::kCancelled);
  CHECK(folder.entries() == before);
}
