// SPDX-License-Identifier: Apache-2.0
#include "eval/referees.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sstream>

namespace photoplayer::tools {
namespace {

constexpr const char* kScript = R"(
import json, sys
import librosa
y, rate = librosa.load(sys.argv[1], sr=22050)
found = {"onsets": librosa.onset.onset_detect(y=y, sr=rate, units="time").tolist(),
         "beats": librosa.beat.beat_track(y=y, sr=rate, units="time")[1].tolist()}
try:
    import mir_eval, numpy
    found["f"] = mir_eval.onset.f_measure(numpy.array(found["onsets"]), numpy.array(json.loads(sys.argv[2])), window=0.05)[0]
except ImportError:
    pass
print(json.dumps(found))
)";

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

/// What a command prints; nothing if it fails.
std::optional<std::string> output_of(const std::string& command) {
  std::FILE* pipe = popen((command + " 2>/dev/null </dev/null").c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string text;
  std::array<char, 4096> part;
  for (std::size_t got = 0; (got = std::fread(part.data(), 1, part.size(), pipe)) > 0;) text.append(part.data(), got);
  if (pclose(pipe) != 0) return std::nullopt;
  return text;
}

/// The first number of each line.
std::vector<double> first_numbers(const std::string& text) {
  std::vector<double> numbers;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    char* end = nullptr;
    const double number = std::strtod(line.c_str(), &end);
    if (end != line.c_str()) numbers.push_back(number);
  }
  return numbers;
}

}  // namespace

std::vector<Referee> ask_referees(const std::filesystem::path& sound, const std::vector<double>& our_onsets_s) {
  std::vector<Referee> referees;
  const std::string path = quoted(sound.string());
  if (const auto onsets = output_of("aubioonset -i " + path)) {
    const auto beats = output_of("aubiotrack -i " + path);
    referees.push_back({"aubio", first_numbers(*onsets), first_numbers(beats.value_or("")), std::nullopt});
  }
  const char* python = std::getenv("PHOTOPLAYER_PYTHON");
  const auto heard = output_of(quoted(python != nullptr ? python : "python3") + " -c " + quoted(kScript) + " " + path +
                               " " + quoted(nlohmann::json(our_onsets_s).dump()));
  if (!heard) return referees;
  const auto json = nlohmann::json::parse(*heard, nullptr, false);
  if (!json.is_object()) return referees;
  Referee librosa{"librosa", json.value("onsets", std::vector<double>()), json.value("beats", std::vector<double>()),
                  std::nullopt};
  if (json.contains("f")) librosa.mir_eval_f = json["f"].get<double>();
  referees.push_back(std::move(librosa));
  return referees;
}

}  // namespace photoplayer::tools
