// SPDX-License-Identifier: Apache-2.0
/// The command as a process: exit codes, stderr, signals.
#include "clips.h"
#include "scripted_model.h"
#include "support/catch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

using namespace photoplayer::tools::test;

namespace {

struct Outcome {
  int code = -1;
  std::string out, err;
  [[nodiscard]] long error_lines() const { return std::count(err.begin(), err.end(), '\n'); }
};

class Program {
 public:
  /// `prepare` is called in the new process.
  Program(const TemporaryFolder& folder, std::vector<std::string> arguments, const std::function<void()>& prepare = {})
      : folder_(folder) {
    arguments.insert(arguments.begin(), PHOTOPLAYER_SCRIPTED_PROGRAM);
    child_ = ::fork();
    if (child_ != 0) return;
    const auto into = [&](const char* name, int descriptor) {
      ::dup2(::open((folder / name).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666), descriptor);
    };
    into("stdout", 1);
    into("stderr", 2);
    if (prepare) prepare();
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(99);
  }
  void signal(int number) const { ::kill(child_, number); }
  Outcome wait() const {
    int status = 0;
    ::waitpid(child_, &status, 0);
    Outcome outcome{WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), read_file(folder_ / "stdout"),
                    read_file(folder_ / "stderr")};
    std::filesystem::remove(folder_ / "stdout");
    std::filesystem::remove(folder_ / "stderr");
    return outcome;
  }

 private:
  const TemporaryFolder& folder_;
  pid_t child_ = -1;
};

class ProgramTest {
 public:
  ProgramTest() {
    make_film(folder / "film.mp4");
    write_tiny_bundle(folder / "a.bundle");
    ::setenv("PHOTOPLAYER_BUNDLE", (folder / "a.bundle").c_str(), 1);
    write_file(folder / "text.mp4", "not a film");
  }
  ~ProgramTest() {
    ::unsetenv("PHOTOPLAYER_BUNDLE");
    ::unsetenv("PHOTOPLAYER_SCRIPTED_WINDOW_MS");
  }
  Outcome run(std::vector<std::string> arguments) const { return Program(folder, std::move(arguments)).wait(); }
  [[nodiscard]] std::string at(const std::string& name) const { return folder / name; }

  TemporaryFolder folder;
};

}  // namespace

TEST_CASE_METHOD(ProgramTest, "photoplayer: success says nothing", "[tools][gst]") {
  const Outcome outcome = run({"score", at("film.mp4"), "-o", at("a.wav")});
  CHECK(outcome.code == 0);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.empty());
  CHECK(std::filesystem::exists(at("a.wav")));
}

TEST_CASE_METHOD(ProgramTest, "photoplayer: each failure has its exit code, one line and no file", "[tools][gst]") {
  std::string damaged = read_file(folder / "a.bundle");
  damaged[30] = static_cast<char>(damaged[30] ^ 4);
  write_file(folder / "damaged.bundle", damaged);
  struct Case {
    int code;
    std::vector<std::string> arguments;
  };
  const std::vector<Case> cases = {
      {2, {}},
      {2, {"score"}},
      {2, {"score", at("film.mp4"), "-o", at("a.mp3")}},
      {2, {"score", at("film.mp4"), "-o", at("a.wav"), "--tempo", "500"}},
      {2, {"score", at("film.mp4"), "-o", at("film.mp4")}},
      {3, {"score", at("missing.mp4"), "-o", at("a.wav")}},
      {3, {"score", at("text.mp4"), "-o", at("a.wav")}},
      {4, {"score", at("film.mp4"), "-o", at("a.wav"), "--bundle", at("missing.bundle")}},
      {4, {"score", at("film.mp4"), "-o", at("a.wav"), "--bundle", at("damaged.bundle")}},
      {4, {"score", at("film.mp4"), "-o", at("a.wav"), "--bundle", at("film.mp4")}},
      {4, {"inspect", at("damaged.bundle")}},
      {5, {"score", at("film.mp4"), "-o", at("no folder/a.wav")}},
      {5, {"score", at("film.mp4"), "-o", at("a.wav"), "--report", at("no folder/r.json")}},
      {5, {"score", at("film.mp4"), "-o", at("a.wav"), "--stems", at("text.mp4")}},
  };
  const auto before = folder.entries();
  for (const Case& c : cases) {
    std::string line;
    for (const std::string& argument : c.arguments) line += argument + " ";
    INFO(line);
    const Outcome outcome = run(c.arguments);
    INFO(outcome.err);
    CHECK(outcome.code == c.code);
    CHECK(outcome.error_lines() == 1);
    CHECK(outcome.err.rfind("photoplayer: ", 0) == 0);
    CHECK(outcome.out.empty());
    CHECK(folder.entries() == before);
  }
}

TEST_CASE_METHOD(ProgramTest, "photoplayer: inspect, help and version go to stdout", "[tools][gst]") {
  for (const auto& arguments : {std::vector<std::string>{"inspect", at("a.bundle")},
                                {"inspect", "--json", at("a.bundle")},
                                {"--help"},
                                {"score", "--help"},
                                {"--version"}}) {
    const Outcome outcome = run(arguments);
    CHECK(outcome.code == 0);
    CHECK_FALSE(outcome.out.empty());
    CHECK(outcome.err.empty());
  }
}

TEST_CASE_METHOD(ProgramTest, "photoplayer: a broken-off film is a warning and success", "[tools][gst]") {
  make_clip(
      "videotestsrc num-buffers=150 pattern=snow ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! jpegenc "
      "! "
      "matroskamux ! filesink location=%s",
      folder / "whole.mkv");
  const std::string bytes = read_file(folder / "whole.mkv");
  write_file(folder / "cut.mkv", bytes.substr(0, bytes.size() / 2));
  const Outcome outcome = run({"score", at("cut.mkv"), "-o", at("a.wav")});
  CHECK(outcome.code == 0);
  CHECK(outcome.error_lines() == 1);
  CHECK(outcome.err.rfind("photoplayer: warning: ", 0) == 0);
}

TEST_CASE_METHOD(ProgramTest, "photoplayer: an interruption gives 130, one line and no file", "[tools][gst]") {
  ::setenv("PHOTOPLAYER_SCRIPTED_WINDOW_MS", "700", 1);
  make_film(folder / "long.mp4", 500);
  const auto before = folder.entries();
  for (const int number : {SIGINT, SIGTERM}) {
    const Program program(
        folder, {"score", at("long.mp4"), "-o", at("a.mp4"), "--report", at("r.json"), "--stems", at("stems")});
    // Until the work is under way; then its twenty windows take at least fourteen seconds.
    for (int i = 0; i < 600 && !std::filesystem::exists(folder / "stems"); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    REQUIRE(std::filesystem::exists(folder / "stems"));
    program.signal(number);
    const Outcome outcome = program.wait();
    INFO(outcome.err);
    CHECK(outcome.code == 130);
    CHECK(outcome.error_lines() == 1);
    CHECK(folder.entries() == before);
  }
}

TEST_CASE_METHOD(ProgramTest, "photoplayer: two signals at once are one, and nohup keeps it going", "[tools][gst]") {
  ::setenv("PHOTOPLAYER_SCRIPTED_WINDOW_MS", "300", 1);
  const auto before = folder.entries();
  const auto wait_for_work = [&] {
    for (int i = 0; i < 600 && !std::filesystem::exists(folder / "stems"); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  };
  const std::vector<std::string> arguments = {"score", at("film.mp4"), "-o", at("a.wav"), "--stems", at("stems")};
  const Program twice(folder, arguments);
  wait_for_work();
  twice.signal(SIGTERM);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  twice.signal(SIGTERM);
  CHECK(twice.wait().code == 130);
  CHECK(folder.entries() == before);

  const Program kept(folder, arguments, [] { ::signal(SIGHUP, SIG_IGN); });
  wait_for_work();
  kept.signal(SIGHUP);
  CHECK(kept.wait().code == 0);
}

TEST_CASE_METHOD(ProgramTest, "photoplayer: a limit on file sizes is an output failure", "[tools][gst]") {
  const auto before = folder.entries();
  for (const char* name : {"a.wav", "a.flac", "a.mp4", "a.mkv"}) {
    INFO(name);
    const Program program(folder, {"score", at("film.mp4"), "-o", at(name)}, [] {
      const rlimit limit{20000, 20000};
      ::setrlimit(RLIMIT_FSIZE, &limit);
    });
    const Outcome outcome = program.wait();
    INFO(outcome.err);
    CHECK(outcome.code == 5);
    CHECK(outcome.error_lines() == 1);
    CHECK(folder.entries() == before);
  }
}

TEST_CASE_METHOD(ProgramTest, "photoplayer: --realtime takes as long as the film", "[tools][gst]") {
  const auto begin = std::chrono::steady_clock::now();
  const Outcome outcome = run({"score", at("film.mp4"), "-o", at("a.wav"), "--realtime"});
  CHECK(outcome.code == 0);
  CHECK(std::chrono::steady_clock::now() - begin > std::chrono::milliseconds(2900));
  const Outcome fast = run({"score", at("film.mp4"), "-o", at("b.wav")});
  CHECK(fast.code == 0);
  CHECK(read_file(folder / "a.wav") == read_file(folder / "b.wav"));
}
