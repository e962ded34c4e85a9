// SPDX-License-Identifier: Apache-2.0
#include "score_command.h"

#include "clips.h"
#include "media/film_reader.h"
#include "media/gst_support.h"
#include "scripted_model.h"
#include "sound_probe.h"
#include "support/catch.h"

#include <sys/stat.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <memory>
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

/// Where the first picture is shown, on the film's own clock, which the music goes by too.
double origin_s(const std::filesystem::path& film) {
  auto reader = FilmReader::open(film, kNever);
  if (!reader) FAIL(reader.error().message);
  return (*reader)->info().origin_s;
}

/// Shows each window's request to a test.
class Spy final : public stream::LatentGenerator {
 public:
  using Look = std::function<void(const stream::WindowRequest&)>;
  Spy(std::unique_ptr<stream::LatentGenerator> generator, Look look)
      : generator_(std::move(generator)), look_(std::move(look)) {}
  int dims() const override { return generator_->dims(); }
  Result<stream::WindowResult> generate(const stream::WindowRequest& request) override {
    look_(request);
    return generator_->generate(request);
  }
  void reset() override { generator_->reset(); }
  stream::Controls decided() const override { return generator_->decided(); }

 private:
  std::unique_ptr<stream::LatentGenerator> generator_;
  Look look_;
};

constexpr const char* kRotated =
    "\0\0\0\0"
    "\0\1\0\0"
    "\0\0\0\0"  // a 0, b 1
    "\xff\xff\0\0"
    "\0\0\0\0"
    "\0\0\0\0"  // c -1, d 0
    "\0\x30\0\0"
    "\0\0\0\0"
    "\x40\0\0\0";  // back by the height, 48
std::string::size_type first_matrix(const std::string& mp4) {
  return mp4.find("tkhd", mp4.rfind("moov")) + 4 + 40;
}

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
  make_clip(
      "videotestsrc num-buffers=50 ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! h264 ! mp4mux ! "
      "filesink location=%s",
      folder / "silent.mp4");
  options.film = folder / "silent.mp4";
  options.keep_sound = KeepSound::kTrack;
  score_to("a.mp4");
  CHECK(sound_tracks(folder / "a.mp4") == 1);
}

TEST_CASE_METHOD(FilmTest, "score: a picture that starts late keeps its place, and the music starts with it",
                 "[tools][gst]") {
  // The sound begins 0.48 s before the first picture.
  make_clip(
      "videotestsrc num-buffers=50 timestamp-offset=480000000 ! "
      "video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! "
      "vp8enc deadline=1 ! queue ! mux. audiotestsrc samplesperbuffer=441 num-buffers=248 ! audio/x-raw,rate=44100 ! "
      "vorbisenc ! queue ! mux. matroskamux name=mux ! filesink location=%s",
      folder / "late.mkv");
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

TEST_CASE_METHOD(FilmTest, "score: a picture that MP4 cannot carry is refused before any work, MKV is advised",
                 "[tools][gst]") {
  make_clip(
      "videotestsrc num-buffers=10 ! video/x-raw,width=64,height=48,framerate=25/1 ! vp8enc deadline=1 ! webmmux ! "
      "filesink location=%s",
      folder / "a.webm");
  make_clip(
      "videotestsrc num-buffers=10 ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! avimux ! "
      "filesink location=%s",
      folder / "a.avi");
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

TEST_CASE_METHOD(FilmTest, "score: the oddest of valid films come back with music", "[tools][gst]") {
  SECTION("one frame") {
    make_clip(
        "videotestsrc num-buffers=1 ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! h264 ! mp4mux ! "
        "filesink location=%s",
        folder / "odd.mp4");
    options.film = folder / "odd.mp4";
  }
  SECTION("four pixels wide") {  // the muxer itself refuses that
    if (!have_element("x264enc")) return;
    make_clip(
        "videotestsrc num-buffers=25 ! video/x-raw,format=I420,width=4,height=64,framerate=25/1 ! h264 ! matroskamux ! "
        "filesink location=%s",
        folder / "odd.mkv");
    options.film = folder / "odd.mkv";
  }
  score_to("a.mp4");
  score_to("a.mkv");
  const auto before = pictures(options.film);
  for (const char* name : {"a.mp4", "a.mkv"}) {
    INFO(name);
    const auto after = pictures(folder / name);
    REQUIRE(after.size() == before.size());
    CHECK(after.front().hash == before.front().hash);
    CHECK(after.back().hash == before.back().hash);
    CHECK(decode_track(folder / name, 0).seconds() == Approx(0.04 * static_cast<double>(before.size())).margin(0.025));
  }
}

TEST_CASE_METHOD(FilmTest, "score: a film that breaks off is scored as far as it goes, with a warning",
                 "[tools][gst]") {
  make_clip(
      "videotestsrc num-buffers=150 pattern=snow ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! jpegenc "
      "! "
      "matroskamux ! filesink location=%s",
      folder / "whole.mkv");
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

TEST_CASE_METHOD(FilmTest, "score: a film that breaks off before its sound begins does not wait for it",
                 "[tools][gst]") {
  if (!have_element("avenc_aac")) return;
  make_clip(
      "videotestsrc num-buffers=150 pattern=snow ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! jpegenc "
      "! matroskamux name=mux ! filesink location=%s "
      "audiotestsrc num-buffers=60 timestamp-offset=3000000000 ! audio/x-raw,rate=44100 ! avenc_aac ! aacparse ! mux.",
      folder / "whole.mkv");
  const std::string bytes = read_file(folder / "whole.mkv");
  write_file(folder / "cut.mkv", bytes.substr(0, bytes.size() / 4));
  options.film = folder / "cut.mkv";
  options.keep_sound = KeepSound::kTrack;
  const auto begin = std::chrono::steady_clock::now();
  const auto done = try_score_to("out.mkv");
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
  if (!done) FAIL(done.error().message);
  CHECK(done->size() == 1);
  CHECK(pictures(folder / "out.mkv").size() > 20);
}

TEST_CASE_METHOD(FilmTest, "score: a Matroska film with reordered frames keeps their times in MP4", "[tools][gst]") {
  if (!have_element("x264enc")) return;
  make_clip(
      "videotestsrc num-buffers=75 ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! h264 ! matroskamux ! "
      "filesink location=%s",
      folder / "b.mkv");
  options.film = folder / "b.mkv";
  for (const char* name : {"a.mp4", "a.mkv"}) {
    INFO(name);
    score_to(name);
    check_film(name);
    CHECK(origin_s(folder / name) == Approx(origin_s(options.film)).margin(2e-3));
  }
}

TEST_CASE_METHOD(FilmTest, "score: frames whose order cannot be told are not copied in a wrong one", "[tools][gst]") {
  if (!have_element("x264enc")) return;
  const std::string raw = " ! video/x-h264,stream-format=byte-stream ! filesink location=%s";
  const std::string source =
      "videotestsrc num-buffers=50 ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! ";
  make_clip(source + "h264 " + raw, folder / "reordered.h264");
  make_clip(source + "x264enc speed-preset=ultrafast bframes=0 " + raw, folder / "in-order.h264");
  options.film = folder / "reordered.h264";
  for (const char* name : {"a.mp4", "a.mkv"}) {
    INFO(name);
    const auto done = try_score_to(name);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::kUsage);
    CHECK(done.error().message.find(".wav") != std::string::npos);
  }
  score_to("a.wav");
  options.film = folder / "in-order.h264";
  score_to("a.mp4");
  CHECK(pictures(folder / "a.mp4").size() == 50);
}

TEST_CASE_METHOD(FilmTest, "score: a film that must be turned stays turned in MP4; for MKV there is a warning",
                 "[tools][gst]") {
  make_clip(
      "videotestsrc num-buffers=25 ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! h264 ! mp4mux ! "
      "filesink location=%s",
      folder / "phone.mp4");
  const std::string matrix(kRotated, 36);
  std::string bytes = read_file(folder / "phone.mp4");
  bytes.replace(first_matrix(bytes), 36, matrix);
  write_file(folder / "phone.mp4", bytes);
  options.film = folder / "phone.mp4";
  const auto mp4 = try_score_to("a.mp4");
  REQUIRE(mp4);
  CHECK(mp4->empty());
  const std::string turned = read_file(folder / "a.mp4");
  CHECK(turned.substr(first_matrix(turned), 36) == matrix);
  const auto mkv = try_score_to("a.mkv");
  REQUIRE(mkv);
  REQUIRE(mkv->size() == 1);
  CHECK(mkv->front().find(".mp4") != std::string::npos);
}

TEST_CASE_METHOD(FilmTest, "score: of several pictures the one that was scored is written", "[tools][gst]") {
  if (!have_element("x264enc")) return;
  const std::string small = " ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! ";
  const auto make_two = [&](const std::string& first, const std::string& second) {
    make_clip("videotestsrc num-buffers=75 pattern=ball" + small + first +
                  " ! queue ! mux. videotestsrc num-buffers=25" + small + second +
                  " ! queue ! mux. matroskamux name=mux ! filesink location=%s",
              folder / "two.mkv");
  };
  options.film = folder / "two.mkv";
  make_two("jpegenc", "h264 ");
  score_to("a.mkv");
  check_film("a.mkv");
  make_two("h264 ", "vp8enc deadline=1");
  score_to("a.mp4");
  check_film("a.mp4");
}

TEST_CASE_METHOD(FilmTest, "score: a damaged film is written as far as it goes", "[tools][gst]") {
  make_clip(
      "videotestsrc num-buffers=150 pattern=snow ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! jpegenc "
      "! "
      "matroskamux ! filesink location=%s",
      folder / "film.mkv");
  std::string bytes = read_file(folder / "film.mkv");
  unsigned noise = 1;
  for (std::size_t i = bytes.size() / 2; i < bytes.size() / 2 + 20000; ++i) {
    bytes[i] = static_cast<char>((noise = noise * 1664525U + 1013904223U) >> 24U);
  }
  write_file(folder / "film.mkv", bytes);
  options.film = folder / "film.mkv";
  const auto done = try_score_to("a.mkv");
  if (!done) FAIL(done.error().message);
  CHECK(done->size() == 1);
  CHECK(pictures(folder / "a.mkv").size() > 40);
}

TEST_CASE_METHOD(FilmTest, "score: a picture that changes its size goes into MP4, and MKV is refused", "[tools][gst]") {
  if (!have_element("x264enc") || !have_element("mpegtsmux")) return;
  std::string both;
  for (const char* size : {"width=64,height=48", "width=128,height=96"}) {
    make_clip(std::string("videotestsrc num-buffers=50 ! video/x-raw,format=I420,framerate=25/1,") + size +
                  " ! h264 ! h264parse config-interval=1 ! mpegtsmux ! filesink location=%s",
              folder / "part.ts");
    both += read_file(folder / "part.ts");
  }
  write_file(folder / "both.ts", both);
  options.film = folder / "both.ts";
  const auto done = try_score_to("a.mkv");
  REQUIRE_FALSE(done);
  CHECK(done.error().code == ErrorCode::kUsage);
  CHECK(done.error().message.find(".mp4") != std::string::npos);
  score_to("a.mp4");
}

TEST_CASE_METHOD(FilmTest, "score: a picture that stands for hours is seen as the music needs it, and lets go at once",
                 "[tools][gst]") {
  make_clip(
      "videotestsrc num-buffers=3 ! video/x-raw,format=I420,width=64,height=48,framerate=1/20000 ! jpegenc ! "
      "matroskamux ! "
      "filesink location=%s",
      folder / "still.mkv");
  options.film = folder / "still.mkv";
  options.output = folder / "a.wav";
  std::atomic<bool> interrupted{false};
  int windows = 0, blind = 0;
  const ModelFactory factory = [&](const std::shared_ptr<const model::Bundle>& bundle, std::uint64_t seed) {
    auto model = scripted_model()(bundle, seed);
    model->parts.generator =
        std::make_unique<Spy>(std::move(model->parts.generator), [&](const stream::WindowRequest& request) {
          const auto begin = static_cast<std::size_t>(request.context);
          const auto end = begin + static_cast<std::size_t>(request.hop);
          if (request.timeline->glance(request.times_s[begin], request.times_s[end]).seen < 1.0F) ++blind;
          if (++windows == 20)
            interrupted = true;  // were the whole frame looked at first, the beginning would be forgotten
        });
    return model;
  };
  const auto done = score(options, factory, interrupted);
  REQUIRE_FALSE(done);
  CHECK(done.error().code == ErrorCode::kCancelled);
  CHECK(windows <= 21);
  CHECK(blind == 0);
}

TEST_CASE_METHOD(FilmTest, "score: a pipe is refused where the film is needed twice", "[tools][gst]") {
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  options.film = folder / "pipe";
  for (const auto& [name, keep] :
       {std::pair{"a.mp4", KeepSound::kOff}, {"a.mkv", KeepSound::kTrack}, {"a.wav", KeepSound::kMix}}) {
    INFO(name);
    options.keep_sound = keep;
    const auto done = try_score_to(name);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::kBadInput);
    CHECK(done.error().message.find("once") != std::string::npos);
  }
}
