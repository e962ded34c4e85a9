// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A synthesiser whose instruments follow the style that the director chose. Conductor thread.
#include <photoplayer/model/synthesiser.h>

#include <memory>

#include "score_choices.h"

namespace photoplayer::model {

class StyleFollower final : public stream::Synthesiser {
 public:
  StyleFollower(std::unique_ptr<ScoreSynthesiser> inner, std::shared_ptr<ScoreChoices> choices)
      : inner_(std::move(inner)), choices_(std::move(choices)) {}

  void apply(const stream::NoteEvent& event) override {
    if (const int style = choices_->style; style != style_) inner_->set_style(style_ = style);
    inner_->apply(event);
  }
  void express(const stream::Expression& expression) override { inner_->express(expression); }
  void render(std::span<float> out, std::span<const std::span<float>> stems) override { inner_->render(out, stems); }
  void all_notes_off() override { inner_->all_notes_off(); }

 private:
  std::unique_ptr<ScoreSynthesiser> inner_;
  std::shared_ptr<ScoreChoices> choices_;
  int style_ = -1;
};

}  // namespace photoplayer::model
