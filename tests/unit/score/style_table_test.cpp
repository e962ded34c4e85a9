// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/score_layout.h>
#include <photoplayer/model/style_table.h>

#include "support/catch.h"

#include <set>
#include <string>

using namespace photoplayer;
using model::style_at;
using stream::Layer;

TEST_CASE("Style table: every entry is playable", "[model][unit]") {
  std::set<std::string> names;
  for (int i = 0; i < stream::kStyles; ++i) {
    const model::Style& style = style_at(i);
    INFO(style.name);
    CHECK(std::string(style.name) == stream::kStyleNames[static_cast<std::size_t>(i)]);
    names.insert(style.name);
    for (const model::Voice& voice : style.voices) {
      CHECK((voice.program >= 0 && voice.program <= 127));
      CHECK((voice.doubling.program >= -1 && voice.doubling.program <= 127));
      CHECK((voice.pan >= -1.0F && voice.pan <= 1.0F));
      CHECK((voice.reverb >= 0.0F && voice.reverb <= 1.0F));
      CHECK((voice.chorus >= 0.0F && voice.chorus <= 1.0F));
      CHECK((voice.velocity_lowest > 0 && voice.velocity_lowest < voice.velocity_highest));
      CHECK(voice.velocity_highest <= 127);
    }
    for (const model::Drum& drum : style.drums) CHECK((drum.key > 0 && drum.key < 128));
    CHECK((style.slow_bpm >= 50.0 && style.slow_bpm < style.default_bpm));
    CHECK((style.default_bpm < style.fast_bpm && style.fast_bpm <= 180.0));
    CHECK((style.sparse >= 0.0F && style.sparse < style.busy && style.busy <= 1.0F));
    CHECK((style.swing >= 0.0F && style.swing < 0.5F));
  }
  CHECK(names.size() == static_cast<std::size_t>(stream::kStyles));
  CHECK(&style_at(-3) == &style_at(0));
  CHECK(&style_at(99) == &style_at(stream::kStyles - 1));
}

TEST_CASE("Style table: velocity follows the note, the metre and accents, and repeats exactly", "[model][unit]") {
  for (int i = 0; i < stream::kStyles; ++i) {
    const model::Style& style = style_at(i);
    for (int layer = 0; layer < stream::kLayers; ++layer) {
      stream::NoteEvent note;
      note.layer = static_cast<Layer>(layer);
      note.pitch = note.layer == Layer::kDrums ? 38 : 60;
      note.step = 5;
      note.velocity = 0.2F;
      const int soft = model::shaped_velocity(style, note, 1, 0.5F);
      CHECK(soft == model::shaped_velocity(style, note, 1, 0.5F));
      note.velocity = 0.9F;
      const int hard = model::shaped_velocity(style, note, 1, 0.5F);
      CHECK(hard > soft);
      note.velocity = 0.2F;
      note.accent = true;
      CHECK(model::shaped_velocity(style, note, 1, 0.0F) > soft);
    }
  }
  stream::NoteEvent wild;
  wild.velocity = 7.0F;
  wild.step = -3;
  CHECK(model::shaped_velocity(style_at(0), wild, 1, 9.0F) <= 127);
  wild.velocity = -7.0F;
  CHECK(model::shaped_velocity(style_at(0), wild, 1, 0.5F) >= 1);
}

TEST_CASE("Style table: only lofi swings, and only the off-beat", "[model][unit]") {
  for (int i = 0; i < stream::kStyles; ++i) {
    const model::Style& style = style_at(i);
    CHECK(model::swing_steps(style, 0) == 0.0);
    CHECK(model::swing_steps(style, 4) == 0.0);
    CHECK((model::swing_steps(style, 1) > 0.0) == (std::string(style.name) == "lofi"));
    CHECK(model::swing_steps(style, -1) == model::swing_steps(style, 1));
  }
}

TEST_CASE("Style table: keys stay inside instruments and drum classes reach the kit", "[model][unit]") {
  const model::Style& cinematic = style_at(4);
  stream::NoteEvent note;
  note.layer = Layer::kBass;
  note.pitch = 59;
  CHECK(model::sounding_key(cinematic, note) == 47);  // contrabass samples end at 57
  note.layer = Layer::kDrums;
  for (std::size_t i = 0; i < model::kDrums; ++i) {
    note.pitch = model::kDrumKeys[i];
    CHECK(model::sounding_key(cinematic, note) == cinematic.drums[i].key);
  }
}
