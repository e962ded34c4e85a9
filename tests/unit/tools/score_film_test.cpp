// SPDX-License-Identifier: Apache-2.0
#include "score_command.h"

#include "clips.h"
#include "scripted_model.h"
#include "sound_probe.h"
#include "support/catch.h"

#include <cmath>
#include <utility>

using namespace photoplayer;
using namespace photoplayer::tools;
using namespace photoplayer::tools::test;

namespace {

const std::atomic<bool> kNever{false};

class FilmTest {
 public:
  FilmTest() {
    make_film(folder / "film.mp4");
    write_tiny_bundle(folder / "a.bundle");
    options.film = folder / "film.mp4";
    options.bundle = folder / "a.bundle";
  }
  Result<std::vector<std::string>> try_score_to(const std::string& name) {
    options.output = folder / name;
    return score(options, scripted_model(), kNever);
  }
  void score_to(const std::string& name) {
    const auto done = try_score_to(name);
    if (!done) FAIL(done.error().message);
  }
  /// The picture is the film's, frame by frame; the first sound track is the music, to the sample.
  void check_film(const std::string& name) {
    const auto before = pictures(options.film), after = pictures(folder / name);
    REQUIRE(after.size() == before.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
      REQUIRE(after[i].hash == before[i].hash);
      REQUIRE(after[i].time_s == Approx(before[i].time_s).margin(1e-3));
    }
    const KeepSound kept = std::exchange(options.keep_sound, KeepSound::kOff);
    score_to("music.wav");
    options.keep_sound = kept;
    const Sound music = read_sound(folder / "music.wav"), track = decode_track(folder / name, 0);
    CHECK(track.sample_rate_hz == 44100);
    CHECK(track.channels == 2);
    CHECK(std::abs(track.seconds() - music.seconds()) < 0.025);
    CHECK(std::abs(lag_frames(music.left, track.left, 2500)) <= 1);  // MP4's times are rounded to their scale
    // Not only in the middle: the first note's attack is there as well.
    double sum = 0.0, difference = 0.0;
    for (std::size_t i = 0; i < 20000; ++i) {
      sum += std::abs(static_cast<double>(music.left[i]));
      difference += std::abs(static_cast<double>(music.left[i] - track.left[i]));
    }
    CHECK(difference < 0.05 * sum);
  }
  TemporaryFolder folder;
  ScoreOptions options;
};

}  // namespace

TEST_CASE_METHOD(FilmTest, "score: an MP4 keeps the picture and carries the music in time", "[tools][gst]") {
  score_to("a.mp4");
  check_film("a.mp4");
  CHECK(sound_tracks(folder / "a.mp4") == 1);
}

TEST_CASE_METHOD(FilmTest, "score: an MKV keeps the picture and carries the music in time", "[tools][gst]") {
  score_to("a.mkv");
  check_film("a.mkv");
  CHECK(sound_tracks(folder / "a.mkv") == 1);
}

TEST_CASE_METHOD(FilmTest, "score: the original sound becomes the second track", "[tools][gst]") {
  options.keep_sound = KeepSound::kTrack;
  for (const char* name : {"a.mp4", "a.mkv"}) {
    INFO(name);
    score_to(name);
    check_film(name);
    REQUIRE(sound_tracks(folder / name) == 2);
    CHECK(tone_level(decode_track(folder / name, 1), 880.0) > 0.2);
    CHECK(tone_level(decode_track(folder / name, 0), 880.0) < 0.02);
  }
}

TEST_CASE_METHOD(FilmTest, "score: a film without sound gets its music, whatever is to be kept", "[tools][gst]") {
  make_clip("videotestsrc num-buffers=50 ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! h264 ! mp4mux ! "
            "filesink location=%s", folder / "silent.mp4");
  options.film = folder / "silent.mp4";
  options.keep_sound = KeepSound::kTrack;
  score_to("a.mp4");
  CHECK(sound_tracks(folder / "a.mp4") == 1);
}

TEST_CASE_METHOD(FilmTest, "score: a picture that starts late keeps its place, and the music starts with it", "[tools][gst]") {
  // The sound begins 0.48 s before the first picture.
  make_clip("videotestsrc num-buffers=50 timestamp-offset=480000000 ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! "
            "vp8enc deadline=1 ! queue ! mux. audiotestsrc samplesperbuffer=441 num-buffers=248 ! audio/x-raw,rate=44100 ! "
            "vorbisenc ! queue ! mux. matroskamux name=mux ! filesink location=%s", folder / "late.mkv");
  options.film = folder / "late.mkv";
  options.keep_sound = KeepSound::kTrack;
  score_to("a.mkv");
  options.keep_sound = KeepSound::kOff;
  score_to("music.wav");
  const Sound music = read_sound(folder / "music.wav");
  CHECK(music.seconds() == Approx(2.0).margin(0.025));
  std::vector<float> expected(static_cast<std::size_t>(0.48 * 44100), 0.0F);
  expected.insert(expected.end(), music.left.begin(), music.left.end());
  CHECK(std::abs(lag_frames(expected, decode_track(folder / "a.mkv", 0).left, 2500)) <= 44);  // Matroska counts ms
  REQUIRE(pictures(folder / "a.mkv").size() == 50);
}

TEST_CASE_METHOD(FilmTest, "score: a picture that MP4 cannot carry is refused before any work, MKV is advised", "[tools][gst]") {
  make_clip("videotestsrc num-buffers=10 ! video/x-raw,width=64,height=48,framerate=25/1 ! vp8enc deadline=1 ! webmmux ! "
            "filesink location=%s", folder / "a.webm");
  make_clip("videotestsrc num-buffers=10 ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! avimux ! "
            "filesink location=%s", folder / "a.avi");
  for (const char* name : {"a.webm", "a.avi"}) {
    INFO(name);
    options.film = folder / name;
    const auto done = try_score_to("out.mp4");
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::kUsage);
    CHECK(done.error().message.find(".mkv") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder / "out.mp4"));
    score_to("out.mkv");
    CHECK(pictures(folder / "out.mkv").size() == 10);
  }
}

TEST_CASE_METHOD(FilmTest, "score: a film that breaks off is scored as far as it goes, with a warning", "[tools][gst]") {
  make_clip("videotestsrc num-buffers=150 pattern=snow ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! jpegenc ! "
            "matroskamux ! filesink location=%s", folder / "whole.mkv");
  const std::string bytes = read_file(folder / "whole.mkv");
  write_file(folder / "cut.mkv", bytes.substr(0, bytes.size() / 2));
  options.film = folder / "cut.mkv";
  for (const char* name : {"out.wav", "out.mkv"}) {
    INFO(name);
    const auto done = try_score_to(name);
    if (!done) FAIL(done.error().message);
    REQUIRE(done->size() == 1);
    CHECK(done->front().find("cut.mkv") != std::string::npos);
  }
  const double film_s = read_sound(folder / "out.wav").seconds();
  CHECK(film_s > 1.5);
  CHECK(film_s < 4.5);
  CHECK(decode_track(folder / "out.mkv", 0).seconds() == Approx(film_s).margin(0.025));
}
