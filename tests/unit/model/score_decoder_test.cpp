// SPDX-License-Identifier: Apache-2.0
#include "score_decoder.h"

#include <photoplayer/model/score_layout.h>

#include "support/catch.h"

using namespace photoplayer;
using namespace photoplayer::model;
using stream::Layer;
using stream::NoteEvent;

namespace {

/// Logits of silence, to be written on: one row per beat.
struct Roll {
  explicit Roll(std::size_t rows) : logits(rows * kBeatNumbers, -10.0F) {}
  void onset(std::size_t row, int step, Layer layer, int pitch, float logit = 5.0F) {
    logits[row * kBeatNumbers + static_cast<std::size_t>(onset_index(step, layer, pitch - lowest(layer)))] = logit;
  }
  void hold(std::size_t row, int step, Layer layer, int pitch) {
    logits[row * kBeatNumbers + static_cast<std::size_t>(sustain_index(step, layer, pitch - lowest(layer)))] = 5.0F;
  }
  static int lowest(Layer layer) { return kPitchRanges[static_cast<std::size_t>(layer)].lowest; }
  std::vector<float> logits;
};

/// A decoder that reads `roll`, whatever the latents; one latent number per row.
std::unique_ptr<stream::ScoreDecoder> decoder_of(const Roll& roll, std::shared_ptr<ScoreChoices> choices) {
  auto at = std::make_shared<std::size_t>(0);
  return make_score_decoder(
      [roll, at](std::span<const float> latents) {
        const auto from = *at * kBeatNumbers;
        *at += latents.size();
        return std::vector<float>(roll.logits.begin() + static_cast<std::ptrdiff_t>(from),
                                  roll.logits.begin() + static_cast<std::ptrdiff_t>(*at * kBeatNumbers));
      },
      std::move(choices));
}

}  // namespace

TEST_CASE("ScoreDecoder: a note held across two hops begins once and ends once") {
  Roll roll(2);
  roll.onset(0, 2, Layer::kMelody, 72);
  roll.hold(0, 3, Layer::kMelody, 72);
  roll.hold(1, 0, Layer::kMelody, 72);
  auto decoder = decoder_of(roll, std::make_shared<ScoreChoices>());
  const std::vector<float> one_row(1);
  const auto first = decoder->decode(0, one_row);
  REQUIRE(first);
  REQUIRE(first->events.size() == 1);
  CHECK(first->events[0].on);
  CHECK(first->events[0].step == 2);
  CHECK(first->events[0].pitch == 72);
  const auto second = decoder->decode(1, one_row);
  REQUIRE(second);
  REQUIRE(second->events.size() == 1);
  CHECK_FALSE(second->events[0].on);
  CHECK(second->events[0].step == 5);
}

TEST_CASE("ScoreDecoder: a preview leaves no trace") {
  Roll roll(2);
  roll.onset(0, 0, Layer::kBass, 40);
  roll.onset(1, 0, Layer::kBass, 40);
  auto decoder = decoder_of(roll, std::make_shared<ScoreChoices>());
  const std::vector<float> one_row(1);
  REQUIRE(decoder->preview(0, one_row));
  const auto notes = decoder->decode(0, one_row);
  REQUIRE(notes);
  // Had the preview's note stayed, the decoder would end it first.
  REQUIRE_FALSE(notes->events.empty());
  CHECK(notes->events.front().on);
}

TEST_CASE("ScoreDecoder: the key transposes every pitched note and no drum") {
  Roll roll(1);
  roll.onset(0, 0, Layer::kHarmony, 60);
  roll.logits[static_cast<std::size_t>(drum_index(0, 0))] = 5.0F;
  auto choices = std::make_shared<ScoreChoices>();
  choices->transpose = -3;
  const auto notes = decoder_of(roll, choices)->decode(0, std::vector<float>(1));
  REQUIRE(notes);
  for (const NoteEvent& event : notes->events) {
    if (event.on) CHECK(event.pitch == (event.layer == Layer::kDrums ? kDrumKeys[0] : 57));
  }
}

TEST_CASE("ScoreDecoder: at most one note in twenty is corrected, and each is counted") {
  constexpr int kRows = 100;
  Roll roll(kRows);
  for (int row = 0; row < kRows; ++row)
    roll.onset(static_cast<std::size_t>(row), 0, Layer::kMelody, 61);  // not in C major
  const auto notes = decoder_of(roll, std::make_shared<ScoreChoices>())->decode(0, std::vector<float>(kRows));
  REQUIRE(notes);
  CHECK(notes->notes == kRows);
  CHECK(notes->corrected >= 1);
  CHECK(notes->corrected <= kRows / 20);
  int moved = 0;
  for (const auto& event : notes->events) moved += event.on && event.pitch != 61 ? 1 : 0;
  CHECK(moved == notes->corrected);
}

TEST_CASE("ScoreDecoder: a chord that leaves the scale is played as planned") {
  Roll roll(2);
  roll.onset(0, 0, Layer::kMelody, 66);  // the third of D major, which C major lacks
  roll.onset(1, 0, Layer::kMelody, 66);
  for (int i = 0; i < 4; ++i) {  // enough notes for the allowance of one correction
    for (int pitch : {60, 62, 64, 65, 67, 69}) roll.onset(0, i, Layer::kHarmony, pitch);
  }
  auto choices = std::make_shared<ScoreChoices>();
  choices->set_chord(0, (1U << 2) | (1U << 6) | (1U << 9));
  const auto notes = decoder_of(roll, choices)->decode(0, std::vector<float>(2));
  REQUIRE(notes);
  std::vector<int> sung;
  for (const NoteEvent& event : notes->events) {
    if (event.on && event.layer == Layer::kMelody) sung.push_back(event.pitch);
  }
  REQUIRE(sung.size() == 2);
  CHECK(sung[0] == 66);  // row 0 has the chord
  CHECK(sung[1] != 66);  // row 1 has none
}

TEST_CASE("ScoreDecoder: a phrase swells towards its sixth bar, drums keep their own weight") {
  const auto velocity = [](std::int64_t bar, Layer layer) {
    Roll roll(1);
    if (layer == Layer::kDrums)
      roll.logits[static_cast<std::size_t>(drum_index(0, 0))] = 5.0F;
    else
      roll.onset(0, 0, layer, 72);
    const auto notes = decoder_of(roll, std::make_shared<ScoreChoices>())->decode(bar * 4, std::vector<float>(1));
    REQUIRE(notes);
    return notes->events.front().velocity;
  };
  CHECK(velocity(5, Layer::kMelody) > velocity(0, Layer::kMelody) + 0.04F);
  CHECK(velocity(5, Layer::kMelody) > velocity(7, Layer::kMelody) + 0.02F);
  CHECK(velocity(8, Layer::kMelody) == velocity(0, Layer::kMelody));
  CHECK(velocity(5, Layer::kDrums) == velocity(0, Layer::kDrums));
}

TEST_CASE("ScoreDecoder: off-beat sixteenths are late in a style that swings, nowhere else") {
  Roll roll(1);
  for (int step = 0; step < 4; ++step) roll.onset(0, step, Layer::kMelody, 72);
  const std::vector<float> one_row(1);
  for (int style = 0; style < stream::kStyles; ++style) {
    auto choices = std::make_shared<ScoreChoices>();
    choices->style = style;
    const auto notes = decoder_of(roll, choices)->decode(0, one_row);
    REQUIRE(notes);
    for (const NoteEvent& event : notes->events) {
      const bool swings =
          std::string(stream::kStyleNames[static_cast<std::size_t>(style)]) == "lofi" && event.step % 2 == 1;
      CHECK((event.late_steps > 0.0F) == swings);
    }
  }
}
