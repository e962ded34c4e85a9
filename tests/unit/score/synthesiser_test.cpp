// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/score_layout.h>
#include <photoplayer/model/synthesiser.h>

#include "support/catch.h"
#include "test_music.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>

using namespace photoplayer;
using stream::Layer;
using test::play;
using test::Texture;

namespace {

std::unique_ptr<model::ScoreSynthesiser> make(int style, bool level = true) {
  model::SynthSettings settings;
  settings.style = style;
  settings.level = level;
  auto synth = model::make_fluid_synthesiser(settings);
  if (!synth) FAIL(synth.error().message);
  return std::move(*synth);
}

stream::NoteEvent note(Layer layer, int pitch, bool on = true, bool accent = false) {
  return {0, layer, on, static_cast<std::uint8_t>(pitch), 0.6F, accent, 0.0};
}

std::vector<float> rendered(stream::Synthesiser& synth, double seconds) {
  return play(synth, {}, seconds);
}

/// Index of the first sample that differs, −1 if none. (Catch would print both vectors.)
std::ptrdiff_t difference(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return 0;
  const auto place = std::mismatch(a.begin(), a.end(), b.begin()).first;
  return place == a.end() ? -1 : place - a.begin();
}

double power(std::span<const float> samples) {
  double sum = 0.0;
  for (const float s : samples) sum += static_cast<double>(s) * static_cast<double>(s);
  return sum / static_cast<double>(std::max<std::size_t>(1, samples.size()));
}

}  // namespace

TEST_CASE("Synthesiser: equal events give equal bits, however the stream is cut", "[model][unit]") {
  for (const int style : {0, 2, 5}) {
    const auto music = test::test_music(style, Texture::kBusy, 2.0);
    auto first = make(style), again = make(style), odd = make(style), whole = make(style);
    const auto reference = play(*first, music, 2.0, 441);
    CHECK(power(reference) > 1e-6);
    CHECK(difference(play(*again, music, 2.0, 441), reference) == -1);
    CHECK(difference(play(*odd, music, 2.0, 37), reference) == -1);
    CHECK(difference(play(*whole, music, 2.0, 1000000), reference) == -1);
  }
}

TEST_CASE("Synthesiser: the seed changes the human touch", "[model][unit]") {
  model::SynthSettings settings;
  settings.seed = 2;
  auto other = model::make_fluid_synthesiser(settings);
  REQUIRE(other.has_value());
  const auto music = test::test_music(0, Texture::kBusy, 2.0);
  CHECK(difference(play(*make(0), music, 2.0), play(**other, music, 2.0)) >= 0);
}

TEST_CASE("Synthesiser: stems add up to the mix and each layer is on its own", "[model][unit]") {
  for (int style = 0; style < stream::kStyles; ++style) {
    const auto music = test::test_music(style, Texture::kBusy, 1.5);
    std::vector<std::vector<float>> stems;
    const auto with = make(style), without = make(style);
    const auto mix = play(*with, music, 1.5, 441, &stems);
    float worst = 0.0F;
    for (std::size_t i = 0; i < mix.size(); ++i) {
      float sum = 0.0F;
      for (const auto& stem : stems) sum += stem[i];
      worst = std::max(worst, std::abs(sum - mix[i]));
    }
    CHECK(worst == 0.0F);
    CHECK(std::all_of(mix.begin(), mix.end(), [](float s) { return std::isfinite(s); }));
    CHECK(difference(play(*without, music, 1.5), mix) == -1);
    for (const auto& stem : stems) CHECK(power(stem) > 1e-8);

    auto solo = music;
    std::erase_if(solo, [](const auto& placed) { return placed.event.layer != Layer::kBass; });
    const auto alone = make(style);
    const auto bass = play(*alone, solo, 1.5, 441, &stems);
    for (int layer = 0; layer < stream::kLayers; ++layer) {
      if (layer != static_cast<int>(Layer::kBass)) CHECK(test::peak(stems[static_cast<std::size_t>(layer)]) < 1e-5F);
    }
    CHECK(test::peak(bass) > 1e-3F);
  }
}

TEST_CASE("Synthesiser: silent without notes", "[model][unit]") {
  const auto synth = make(2);
  CHECK(test::peak(rendered(*synth, 5.0)) < 1e-5F);
  CHECK(synth->gain_db() == make(2)->gain_db());
}

TEST_CASE("Synthesiser: a note sounds on across calls until it ends", "[model][unit]") {
  const auto synth = make(1, false);
  synth->apply(note(Layer::kHarmony, 60));
  rendered(*synth, 1.0);
  CHECK(power(rendered(*synth, 0.5)) > 1e-6);
  rendered(*synth, 5.0);
  CHECK(power(rendered(*synth, 0.5)) > 1e-6);
  SECTION("note off") {
    synth->apply(note(Layer::kHarmony, 60, false));
  }
  SECTION("all notes off") {
    synth->all_notes_off();
  }
  SECTION("the style changed meanwhile") {
    synth->set_style(4);
    synth->apply(note(Layer::kHarmony, 64));
    synth->apply(note(Layer::kHarmony, 64, false));
    synth->apply(note(Layer::kHarmony, 60, false));
  }
  rendered(*synth, 6.0);
  CHECK(power(rendered(*synth, 0.5)) < 1e-8);
}

TEST_CASE("Synthesiser: every pitch of every layer sounds in every style", "[model][unit]") {
  for (int style = 0; style < stream::kStyles; ++style) {
    const auto synth = make(style, false);
    for (int layer = 0; layer < stream::kLayers; ++layer) {
      const auto range = model::kPitchRanges[static_cast<std::size_t>(layer)];
      for (int i = 0; i < range.count; i += layer < 4 ? 5 : 1) {
        const bool drums = layer == static_cast<int>(Layer::kDrums);
        const int pitch = drums ? model::kDrumKeys[static_cast<std::size_t>(i)] : range.lowest + range.count - 1 - i;
        synth->apply(note(static_cast<Layer>(layer), pitch));
        std::vector<std::vector<float>> stems;
        (void)play(*synth, {}, 0.08, 441, &stems);
        INFO(stream::kStyleNames[static_cast<std::size_t>(style)] << " layer " << layer << " pitch " << pitch);
        CHECK(power(stems[static_cast<std::size_t>(layer)]) > 1e-7);
        synth->apply(note(static_cast<Layer>(layer), pitch, false));
        synth->all_notes_off();
      }
    }
  }
}

TEST_CASE("Synthesiser: intensity is dynamics, from which accents are exempt", "[model][unit]") {
  const auto level_of = [](float intensity, bool accent) {
    const auto synth = make(1, false);
    synth->express({intensity, 0.5F});
    synth->apply(note(Layer::kMelody, 72, true, accent));
    return 10.0 * std::log10(power(rendered(*synth, 1.0)));
  };
  const double quiet = level_of(0.0F, false), loud = level_of(1.0F, false);
  CHECK(loud - quiet > 9.0);
  CHECK(loud - quiet < 20.0);
  CHECK(level_of(0.0F, true) > quiet + 6.0);
  CHECK(level_of(1.0F, true) > loud);
}

TEST_CASE("Synthesiser: a jump of intensity and brightness makes no click", "[model][unit]") {
  const auto synth = make(2, false);
  synth->apply(note(Layer::kHarmony, 60));
  rendered(*synth, 2.0);
  const auto roughness = [](const std::vector<float>& x) {
    float worst = 0.0F;
    for (std::size_t i = 4; i < x.size(); ++i) worst = std::max(worst, std::abs(x[i] - 2.0F * x[i - 2] + x[i - 4]));
    return worst;
  };
  synth->express({1.0F, 0.6F});
  rendered(*synth, 0.5);
  const float steady = roughness(rendered(*synth, 1.0));
  synth->express({0.0F, 0.0F});
  CHECK(roughness(rendered(*synth, 0.2)) <= 1.5F * steady);
}

TEST_CASE("Synthesiser: brightness is heard", "[model][unit]") {
  const auto edge = [](int style, float brightness) {  // energy of the slope against the signal's
    const auto synth = make(style, false);
    synth->express({0.5F, brightness});
    synth->apply(note(Layer::kMelody, 64));
    const auto x = rendered(*synth, 1.0);
    double difference = 0.0;
    for (std::size_t i = 2; i < x.size(); ++i) {
      const auto d = static_cast<double>(x[i] - x[i - 2]);
      difference += d * d;
    }
    return difference / static_cast<double>(x.size()) / power(x);
  };
  for (const int style : {0, 6}) CHECK(edge(style, 1.0F) > 1.3 * edge(style, 0.0F));
}

TEST_CASE("Synthesiser: -16 LUFS, busy or sparse, in every style", "[model][unit][slow]") {
  for (int style = 0; style < stream::kStyles; ++style) {
    for (const Texture texture : {Texture::kBusy, Texture::kSparse}) {
      const auto out = play(*make(style), test::test_music(style, texture, 20.0), 20.0);
      INFO(stream::kStyleNames[static_cast<std::size_t>(style)] << (texture == Texture::kBusy ? " busy" : " sparse"));
      CHECK(test::integrated_lufs(out) == Approx(-16.0).margin(2.0));
      CHECK(test::integrated_lufs(std::span(out).subspan(out.size() / 2)) == Approx(-16.0).margin(2.0));
    }
  }
}

TEST_CASE("Synthesiser: an intensity that was asked for is heard for good, one that was not is levelled") {
  const auto level = [](float intensity, float asked) {
    auto synth = make(0);
    synth->express({intensity, 0.5F, 0.0F, asked});
    const auto out = play(*synth, test::test_music(0, Texture::kBusy, 30.0), 30.0);
    return test::integrated_lufs(std::span(out).subspan(out.size() / 2));
  };
  CHECK(level(1.0F, 0.45F) - level(0.1F, -0.45F) > 4.0);
  CHECK(level(1.0F, 0.0F) - level(0.1F, 0.0F) < 3.0);
}

TEST_CASE("Synthesiser: a missing or broken soundfont is one clear error", "[model][unit]") {
  model::SynthSettings settings;
  SECTION("explicit path") {
    settings.soundfont = "/nonexistent/none.sf2";
  }
  SECTION("not a soundfont") {
    settings.soundfont = "broken-soundfont-test.sf2";
    std::ofstream(settings.soundfont) << "RIFF nothing that helps";
  }
  SECTION("cut off") {
    settings.soundfont = "broken-soundfont-test.sf2";
    std::ofstream(settings.soundfont) << std::string("RIFF\x10\0\0\0sfbkLIST", 16);
  }
  const char* set = std::getenv("PHOTOPLAYER_SOUNDFONT");
  const std::string before = set == nullptr ? "" : set;
  SECTION("environment") {
    setenv("PHOTOPLAYER_SOUNDFONT", "/nonexistent/other.sf2", 1);
  }
  const auto synth = model::make_fluid_synthesiser(settings);
  setenv("PHOTOPLAYER_SOUNDFONT", before.c_str(), 1);  // empty counts as unset
  std::remove("broken-soundfont-test.sf2");
  REQUIRE_FALSE(synth.has_value());
  CHECK(synth.error().code == ErrorCode::kOutput);
  CHECK(synth.error().message.find(".sf2") != std::string::npos);
  CHECK(synth.error().message.find("fluid-soundfont-gm") != std::string::npos);
  CHECK(synth.error().message.find('\n') == std::string::npos);
}

TEST_CASE("Synthesiser: settings out of range are refused", "[model][unit]") {
  model::SynthSettings settings;
  settings.style = 8;
  const auto synth = model::make_fluid_synthesiser(settings);
  REQUIRE_FALSE(synth.has_value());
  CHECK(synth.error().code == ErrorCode::kUsage);
}
