// SPDX-License-Identifier: Apache-2.0
#include "score_decoder.h"

#include <photoplayer/model/score_layout.h>
#include <photoplayer/model/style_table.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace photoplayer::model {
namespace {

using stream::kLayers;
using stream::kStepsPerBeat;
using stream::Layer;
using stream::NoteEvent;

/// Logit above which a note begins, and above which one that sounds is held: a held note needs less conviction to
/// go on than a new one to begin, so that a seam or a weak step does not break it.
constexpr float kBegins = 0.0F;
constexpr float kHolds = -0.8F;
/// Notes that a layer may begin on one step; more is a sign of an undecided latent, and the surest win.
constexpr std::array<std::size_t, kLayers> kMostAtOnce = {2, 6, 3, 1, 9};
constexpr double kMostCorrected = 0.05;

struct Onset {
  int pitch = 0;  ///< relative to a tonic of C
  float logit = 0.0F;
};

/// What carries over from row to row.
struct Sounding {
  std::array<std::set<int>, kLayers> pitches;  ///< relative to a tonic of C
  std::int64_t notes = 0, corrected = 0;       ///< since reset: the corrections' allowance
  int transpose = 0;                           ///< with which they began
};

class NoteReader {
 public:
  NoteReader(Sounding& state, const ScoreChoices& choices) : state_(state), choices_(choices) {}

  void read(std::int64_t first_row, std::span<const float> logits, stream::DecodedNotes& out) {
    const auto rows = logits.size() / kBeatNumbers;
    for (std::size_t row = 0; row < rows; ++row) {
      const auto beat = logits.subspan(row * kBeatNumbers, kBeatNumbers);
      for (int step = 0; step < kStepsPerBeat; ++step) {
        const auto at = (first_row + static_cast<std::int64_t>(row)) * kStepsPerBeat + step;
        for (int layer = 0; layer < kLayers - 1; ++layer) read_layer(beat, step, at, static_cast<Layer>(layer), out);
        read_drums(beat, step, at, out);
      }
    }
  }

 private:
  void read_layer(std::span<const float> beat, int step, std::int64_t at, Layer layer, stream::DecodedNotes& out) {
    const auto which = static_cast<std::size_t>(layer);
    const auto range = kPitchRanges[which];
    std::vector<Onset> onsets;
    for (int i = 0; i < range.count; ++i) {
      const float logit = beat[static_cast<std::size_t>(onset_index(step, layer, i))];
      if (logit > kBegins) onsets.push_back({range.lowest + i, logit});
    }
    std::sort(onsets.begin(), onsets.end(), [](const Onset& a, const Onset& b) { return a.logit > b.logit; });
    onsets.resize(std::min(onsets.size(), kMostAtOnce[which]));

    auto& sounding = state_.pitches[which];
    for (auto it = sounding.begin(); it != sounding.end();) {
      const float held = beat[static_cast<std::size_t>(sustain_index(step, layer, *it - range.lowest))];
      const bool again = std::any_of(onsets.begin(), onsets.end(), [&](const Onset& o) { return o.pitch == *it; });
      if (held > kHolds && !again) {
        ++it;
        continue;
      }
      out.events.push_back(event(at, layer, *it, false, 0.0F));
      it = sounding.erase(it);
    }
    for (auto& onset : onsets) {
      ++out.notes, ++state_.notes;
      const int pitch = corrected(onset.pitch, range, at / kStepsPerBeat);
      if (sounding.count(pitch)) continue;  // a correction may meet a note that sounds already
      if (pitch != onset.pitch) ++out.corrected, ++state_.corrected;
      sounding.insert(pitch);
      out.events.push_back(event(at, layer, pitch, true, velocity(onset.logit) + swell(at)));
    }
  }

  /// A drum sounds by itself; its note lasts one step so that a `.mid` holds complete notes.
  void read_drums(std::span<const float> beat, int step, std::int64_t at, stream::DecodedNotes& out) {
    auto& sounding = state_.pitches[static_cast<std::size_t>(Layer::kDrums)];
    for (int key : sounding)
      out.events.push_back({at, Layer::kDrums, false, static_cast<std::uint8_t>(key), 0.0F, false, 0.0});
    sounding.clear();
    for (std::size_t drum = 0; drum < kDrumKeys.size(); ++drum) {
      const float logit = beat[static_cast<std::size_t>(drum_index(step, static_cast<int>(drum)))];
      if (logit <= kBegins) continue;
      out.events.push_back({at, Layer::kDrums, true, kDrumKeys[drum], velocity(logit), false, 0.0});
      sounding.insert(kDrumKeys[drum]);
    }
  }

  /// Outside the scale and the planned chord, and while the allowance lasts: the nearest pitch inside.
  int corrected(int pitch, PitchRange range, std::int64_t row) const {
    const std::uint32_t allowed = choices_.scale_mask | choices_.chord_at(row);
    const auto in_scale = [&](int p) { return ((allowed >> (((p % 12) + 12) % 12)) & 1U) != 0; };
    if (in_scale(pitch)) return pitch;
    if (static_cast<double>(state_.corrected + 1) > kMostCorrected * static_cast<double>(state_.notes)) return pitch;
    for (int distance : {-1, 1}) {
      const int other = pitch + distance;
      if (in_scale(other) && other >= range.lowest && other < range.lowest + range.count) return other;
    }
    return pitch;
  }

  NoteEvent event(std::int64_t at, Layer layer, int pitch, bool on, float velocity) const {
    return {at,       layer, on, static_cast<std::uint8_t>(std::clamp(pitch + state_.transpose, 0, 127)),
            velocity, false, 0.0};
  }

  /// The network's certainty, mildly: what it is sure of is played a little firmer.
  static float velocity(float logit) { return 0.5F + 0.2F * std::min(1.0F, std::max(0.0F, logit) / 6.0F); }

  /// A phrase of eight bars grows towards its sixth and sinks to its end.
  static float swell(std::int64_t step) {
    constexpr std::int64_t kPhraseSteps = 8 * kStepsPerBar;
    constexpr float kPeak = 0.7F, kSwell = 0.08F;
    const float at = static_cast<float>(((step % kPhraseSteps) + kPhraseSteps) % kPhraseSteps) / kPhraseSteps;
    return kSwell * ((at < kPeak ? at / kPeak : (1.0F - at) / (1.0F - kPeak)) - 0.5F);
  }

  Sounding& state_;
  const ScoreChoices& choices_;
};

class VaeScoreDecoder final : public stream::ScoreDecoder {
 public:
  VaeScoreDecoder(RollDecoder decode_rolls, std::shared_ptr<ScoreChoices> choices)
      : decode_rolls_(std::move(decode_rolls)), choices_(std::move(choices)) {}

  Result<stream::DecodedNotes> decode(std::int64_t first_row, std::span<const float> latents) override {
    return read(first_row, latents, state_);
  }
  Result<stream::DecodedNotes> preview(std::int64_t first_row, std::span<const float> latents) override {
    Sounding copy = state_;
    return read(first_row, latents, copy);
  }
  void reset() override { state_ = {}; }

 private:
  Result<stream::DecodedNotes> read(std::int64_t first_row, std::span<const float> latents, Sounding& state) {
    try {
      state.transpose = choices_->transpose;
      stream::DecodedNotes notes;
      NoteReader(state, *choices_).read(first_row, decode_rolls_(latents), notes);
      std::stable_sort(notes.events.begin(), notes.events.end(),
                       [](const NoteEvent& a, const NoteEvent& b) { return a.step < b.step; });
      const Style& style = style_at(choices_->style);
      for (NoteEvent& note : notes.events) note.late_steps = static_cast<float>(swing_steps(style, note.step));
      return notes;
    } catch (const std::exception& error) {
      return fail(ErrorCode::kInternal, std::string("the score decoder failed: ") + error.what());
    }
  }

  RollDecoder decode_rolls_;
  std::shared_ptr<ScoreChoices> choices_;
  Sounding state_;
};

}  // namespace

RollDecoder make_roll_decoder(network::ScoreVae vae) {
  return [vae](std::span<const float> latents) mutable {
    const torch::NoGradGuard no_gradients;
    const auto dims = vae->latent_mean.size(0);
    const auto rows = static_cast<std::int64_t>(latents.size()) / dims;
    const auto z = torch::from_blob(const_cast<float*>(latents.data()), {rows, dims});
    const auto logits = vae->decode(vae->denormalise(z)).contiguous();
    return std::vector<float>(logits.data_ptr<float>(), logits.data_ptr<float>() + logits.numel());
  };
}

std::unique_ptr<stream::ScoreDecoder> make_score_decoder(RollDecoder decode_rolls,
                                                         std::shared_ptr<ScoreChoices> choices) {
  return std::make_unique<VaeScoreDecoder>(std::move(decode_rolls), std::move(choices));
}

}  // namespace photoplayer::model
