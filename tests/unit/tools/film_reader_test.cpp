// SPDX-License-Identifier: Apache-2.0
#include "media/film_reader.h"

#include "clips.h"
#include "support/catch.h"

#include <vector>

using namespace photoplayer;
using namespace photoplayer::tools;
using namespace photoplayer::tools::test;

namespace {

const std::atomic<bool> kNever{false};

struct Read {
  std::vector<double> times_s;
  std::vector<double> durations_s;
  double end_s = 0.0;
  std::string warning;
  FilmInfo info;
};

Read read(const std::filesystem::path& film) {
  auto reader = FilmReader::open(film, kNever);
  if (!reader) FAIL(reader.error().message);
  Read out;
  while (true) {
    auto frame = (*reader)->next();
    if (!frame) FAIL(frame.error().message);
    if (!*frame) break;
    out.times_s.push_back((*frame)->time_s);
    out.durations_s.push_back((*frame)->duration_s);
  }
  out.end_s = (*reader)->end_s();
  out.warning = (*reader)->warning();
  out.info = (*reader)->info();
  return out;
}

Error refusal(const std::filesystem::path& film) {
  auto reader = FilmReader::open(film, kNever);
  if (!reader) return reader.error();
  auto frame = (*reader)->next();
  if (frame) FAIL("it was read: " << film);
  return frame.error();
}

constexpr const char* kSmall = "video/x-raw,format=I420,width=64,height=48,framerate=25/1";

}  // namespace

TEST_CASE("FilmReader: frames, times and duration of an ordinary film", "[tools][gst]") {
  const TemporaryFolder folder;
  make_film(folder / "a.mp4", 50);
  const Read film = read(folder / "a.mp4");
  REQUIRE(film.times_s.size() == 50);
  for (std::size_t i = 0; i < 50; ++i) CHECK(film.times_s[i] == Approx(0.04 * static_cast<double>(i)).margin(1e-3));
  CHECK(film.end_s == Approx(2.0).margin(2e-3));
  CHECK(film.info.duration_s.value() == Approx(2.0).margin(0.06));
  CHECK(film.info.has_sound);
  CHECK(film.info.picture.caps.rfind("video/x-h264", 0) == 0);
  CHECK(film.info.sound_caps.rfind("audio/mpeg", 0) == 0);
  CHECK(film.warning.empty());
}

TEST_CASE("FilmReader: odd but valid films", "[tools][gst]") {
  const TemporaryFolder folder;
  SECTION("one frame") {
    make_clip(std::string("videotestsrc num-buffers=1 ! ") + kSmall + " ! h264 ! mp4mux ! filesink location=%s",
              folder / "a.mp4");
    const Read film = read(folder / "a.mp4");
    CHECK(film.times_s == std::vector<double>{0.0});
    CHECK(film.end_s == Approx(0.04).margin(1e-3));
    CHECK(film.warning.empty());
  }
  SECTION("four pixels wide") {
    make_clip(
        "videotestsrc num-buffers=10 ! video/x-raw,width=4,height=48,framerate=25/1 ! vp8enc deadline=1 ! matroskamux "
        "! "
        "filesink location=%s",
        folder / "a.mkv");
    CHECK(read(folder / "a.mkv").times_s.size() == 10);
  }
  SECTION("raw pictures in AVI") {
    make_clip(std::string("videotestsrc num-buffers=10 ! ") + kSmall + " ! avimux ! filesink location=%s",
              folder / "a.avi");
    const Read film = read(folder / "a.avi");
    CHECK(film.times_s.size() == 10);
    CHECK(film.end_s == Approx(0.4).margin(1e-3));
  }
  SECTION("a variable frame rate") {
    // Every 50th of a second a picture, of which three in eight are missing.
    make_clip(
        "videotestsrc num-buffers=48 ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! identity "
        "drop-probability=0.4 ! "
        "vp8enc deadline=1 ! matroskamux ! filesink location=%s",
        folder / "a.mkv");
    const Read film = read(folder / "a.mkv");
    REQUIRE(film.times_s.size() > 5);
    CHECK(film.times_s.size() < 45);
    double at_s = 0.0;
    for (std::size_t i = 0; i < film.times_s.size(); ++i) {
      CHECK(film.times_s[i] == Approx(at_s).margin(1e-6));  // each frame lasts until the next
      at_s += film.durations_s[i];
    }
    CHECK(film.end_s == Approx(at_s).margin(1e-6));
  }
  SECTION("cut off in the middle, in a container that can be read from the front") {
    make_clip(std::string("videotestsrc num-buffers=250 pattern=snow ! ") + kSmall +
                  " ! jpegenc ! matroskamux ! filesink location=%s",
              folder / "whole.mkv");
    const std::string bytes = read_file(folder / "whole.mkv");
    write_file(folder / "a.mkv", bytes.substr(0, bytes.size() / 2));
    const Read film = read(folder / "a.mkv");
    CHECK(film.times_s.size() > 50);
    CHECK(film.times_s.size() < 200);
    CHECK(film.warning.find("a.mkv") != std::string::npos);
    CHECK(film.warning.find('\n') == std::string::npos);
  }
}

TEST_CASE("FilmReader: what is no film is bad input", "[tools][gst]") {
  const TemporaryFolder folder;
  write_file(folder / "empty.mp4", "");
  write_file(folder / "text.mp4", "This is not a film, it only has the name of one.\n");
  write_file(folder / "noise.mp4", [] {
    std::string bytes;
    for (unsigned i = 0, x = 1; i < 100000; ++i)
      bytes.push_back(static_cast<char>((x = x * 1664525U + 1013904223U) >> 24U));
    return bytes;
  }());
  make_clip("audiotestsrc num-buffers=20 ! wavenc ! filesink location=%s", folder / "sound.wav");
  make_clip("audiotestsrc num-buffers=20 ! audioconvert ! avenc_aac ! mp4mux ! filesink location=%s",
            folder / "sound.mp4");
  make_clip(std::string("videotestsrc num-buffers=1 ! ") + kSmall + " ! videoconvert ! pngenc ! filesink location=%s",
            folder / "still.png");
  make_film(folder / "whole.mp4");
  const std::string bytes = read_file(folder / "whole.mp4");
  write_file(folder / "no index.mp4", bytes.substr(0, bytes.size() / 2));  // the index is at the end

  for (const char* name : {"missing.mp4", "empty.mp4", "text.mp4", "noise.mp4", "sound.wav", "sound.mp4", "still.png",
                           "no index.mp4", "."}) {
    INFO(name);
    const Error error = refusal(folder / name);
    INFO(error.message);
    CHECK(error.code == ErrorCode::kBadInput);
    CHECK(error.message.find(name) != std::string::npos);
    CHECK(error.message.find('\n') == std::string::npos);
  }
}

TEST_CASE("FilmReader: it can be let go of while the decoder runs ahead", "[tools][gst]") {
  const TemporaryFolder folder;
  make_clip(
      "videotestsrc num-buffers=100 ! video/x-raw,width=64,height=48,framerate=25/1 ! vp8enc deadline=1 ! webmmux ! "
      "filesink location=%s",
      folder / "a.webm");
  for (int i = 0; i < 25; ++i) {
    const auto reader = FilmReader::open(folder / "a.webm", kNever);  // once, nine of twelve hung for ever
    REQUIRE(reader);
  }
}

TEST_CASE("FilmReader: a container's impossible duration is not believed", "[tools][gst]") {
  const TemporaryFolder folder;
  make_clip(std::string("videotestsrc num-buffers=25 ! ") + kSmall + " ! jpegenc ! matroskamux ! filesink location=%s",
            folder / "a.mkv");
  std::string bytes = read_file(folder / "a.mkv");
  const std::size_t duration = bytes.find("\x44\x89\x88");  // Matroska's Duration, a double of milliseconds
  REQUIRE(duration != std::string::npos);
  bytes.replace(duration + 3, 8, std::string("\x42\x37\x48\x76\xe8\x00\x00\x00", 8));  // 1e11
  write_file(folder / "a.mkv", bytes);
  const Read film = read(folder / "a.mkv");
  CHECK_FALSE(film.info.duration_s);
  CHECK(film.end_s == Approx(1.0).margin(1e-3));
}

TEST_CASE("FilmReader: of an AVI file that was cut off, which no demuxer tells, there is a warning", "[tools][gst]") {
  const TemporaryFolder folder;
  make_clip(std::string("videotestsrc num-buffers=50 ! ") + kSmall + " ! jpegenc ! avimux ! filesink location=%s",
            folder / "whole.avi");
  const std::string bytes = read_file(folder / "whole.avi");
  write_file(folder / "cut.avi", bytes.substr(0, bytes.size() / 2));
  CHECK(read(folder / "whole.avi").warning.empty());
  const Read cut = read(folder / "cut.avi");
  CHECK(cut.warning.find("cut off") != std::string::npos);
  CHECK(cut.end_s > 0.5);
  CHECK(cut.end_s < 1.5);
}

TEST_CASE("FilmReader: an interruption ends the wait", "[tools][gst]") {
  const TemporaryFolder folder;
  make_film(folder / "a.mp4");
  const std::atomic<bool> interrupted{true};
  const auto reader = FilmReader::open(folder / "a.mp4", interrupted);
  REQUIRE_FALSE(reader);
  CHECK(reader.error().code == ErrorCode::kCancelled);
}
