// SPDX-License-Identifier: Apache-2.0
// Tuning aid: renders the test music in every style to WAV and prints what the style table was calibrated with.
//   score_preview [DIRECTORY]
#include "test_music.h"

#include <photoplayer/model/style_table.h>

#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <string>

namespace {

using namespace photoplayer;
constexpr double kSeconds = 24.0;

/// Processor time: the machine may be shared.
double now_ms() {
  return 1000.0 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

model::SynthSettings settings_for(int style, bool level) {
  model::SynthSettings settings;
  settings.style = style;
  settings.level = level;
  return settings;
}

void write_wav(const std::string& path, const std::vector<float>& samples) {
  std::ofstream file(path, std::ios::binary);
  const auto number = [&](std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) file.put(static_cast<char>((value >> (8 * i)) & 0xFF));
  };
  const auto bytes = static_cast<std::uint32_t>(samples.size() * sizeof(float));
  file << "RIFF";
  number(36 + bytes, 4);
  file << "WAVEfmt ";
  number(16, 4), number(3, 2), number(2, 2), number(44100, 4), number(44100 * 8, 4), number(8, 2), number(32, 2);
  file << "data";
  number(bytes, 4);
  file.write(reinterpret_cast<const char*>(samples.data()), bytes);
}

double loudness(std::vector<test::PlacedNote> notes, int style, int solo) {
  if (solo >= 0) std::erase_if(notes, [&](const auto& n) { return static_cast<int>(n.event.layer) != solo; });
  auto synth = model::make_fluid_synthesiser(settings_for(style, false));
  return test::integrated_lufs(test::play(**synth, notes, kSeconds));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "";
  std::printf("%-11s %6s %5s |%7s%7s%7s%7s%7s |%7s%7s |%7s%7s%6s%6s\n", "style", "make", "x rt", "melody", "harm",
              "figure", "bass", "drums", "busy", "sparse", "lev.b", "lev.s", "gain", "peak");
  for (int style = 0; style < stream::kStyles; ++style) {
    const auto busy = test::test_music(style, test::Texture::kBusy, kSeconds);
    const auto sparse = test::test_music(style, test::Texture::kSparse, kSeconds);
    double start = now_ms();
    auto synth = model::make_fluid_synthesiser(settings_for(style, true));
    if (!synth) {
      std::fprintf(stderr, "%s\n", synth.error().message.c_str());
      return 5;
    }
    const double make_ms = (now_ms() - start);
    start = now_ms();
    const auto music = test::play(**synth, busy, kSeconds);
    const double speed = kSeconds * 1000.0 / (now_ms() - start);
    const float gain = (*synth)->gain_db();
    std::printf("%-11s %6.0f %5.0f |", stream::kStyleNames[static_cast<std::size_t>(style)], make_ms, speed);
    for (int layer = 0; layer < stream::kLayers; ++layer) std::printf("%7.1f", loudness(busy, style, layer));
    std::printf(" |%7.1f%7.1f |", loudness(busy, style, -1), loudness(sparse, style, -1));
    auto other = model::make_fluid_synthesiser(settings_for(style, true));
    const auto quiet = test::play(**other, sparse, kSeconds);
    std::printf("%7.1f%7.1f%6.1f%6.1f\n", test::integrated_lufs(music), test::integrated_lufs(quiet),
                static_cast<double>(gain), 20.0 * std::log10(static_cast<double>(test::peak(music))));
    std::fflush(stdout);
    if (folder.empty()) continue;
    write_wav(folder + "/" + stream::kStyleNames[static_cast<std::size_t>(style)] + "-busy.wav", music);
    write_wav(folder + "/" + stream::kStyleNames[static_cast<std::size_t>(style)] + "-sparse.wav", quiet);
  }
  return 0;
}
