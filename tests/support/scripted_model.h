// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Stand-ins for the model: a generator that records what it was asked, a decoder that writes a known score,
/// and two instruments whose sound can be predicted to the sample.
#include <photoplayer/stream/clock.h>
#include <photoplayer/stream/engine.h>
#include <photoplayer/stream/ports.h>

#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <numbers>
#include <utility>
#include <vector>

namespace photoplayer::test {

/// What a WindowRequest said, kept after the call.
struct SeenRequest {
  std::int64_t first = 0;
  int context = 0, hop = 0, look_ahead = 0, warm_rows = 0;
  std::vector<float> known, noise, warm;
  float start = 1.0F;
  std::vector<double> times_s;
  double seen_until_s = 0.0;
  std::vector<stream::Hit> hits;
  std::int64_t end_row = -1;
  double tempo_bpm = 0.0;
  double begun_s = 0.0;  ///< on the generator's clock, if it has one
  int steps = 0;         ///< to begin with
  int steps_taken = 0, guided_steps = 0;
};

/// Latents are half the noise plus the row's number in channel 0, so every row is known in advance.
class ScriptedGenerator final : public stream::LatentGenerator {
 public:
  static constexpr int kDims = 4;
  /// Called in place of a step's work; a live test sleeps here on its clock.
  std::function<void(int call)> on_step;
  std::function<bool(int call)> fails;
  /// The step in hand is guided.
  bool guided_now = true;
  /// False: an endless stream's requests are not kept.
  bool keeps_requests = true;
  /// For `begun_s`.
  const stream::Clock* clock = nullptr;
  std::function<void()> on_reset;
  /// Lives outside, because the engine owns the generator.
  std::shared_ptr<std::vector<SeenRequest>> requests = std::make_shared<std::vector<SeenRequest>>();
  stream::Controls decision;
  std::optional<stream::TempoWish> wish;

  [[nodiscard]] int dims() const override { return kDims; }
  [[nodiscard]] Result<stream::WindowResult> generate(const stream::WindowRequest& r) override {
    const int call = calls_++;
    if (!keeps_requests) requests->clear();
    requests->push_back({r.first,
                         r.context,
                         r.hop,
                         r.look_ahead,
                         r.warm_rows,
                         {r.known.begin(), r.known.end()},
                         {r.noise.begin(), r.noise.end()},
                         {r.warm.begin(), r.warm.end()},
                         r.start,
                         {r.times_s.begin(), r.times_s.end()},
                         r.seen_until_s,
                         {r.hits.begin(), r.hits.end()},
                         r.end_row,
                         r.tempo_bpm,
                         clock != nullptr ? clock->now_s() : 0.0,
                         r.steps});
    stream::WindowResult result;
    for (int left = r.steps; left > 0; --left) {
      if (r.steps_that_fit) left = std::min(left, r.steps_that_fit(left));
      if (left <= 0) break;
      guided_now = result.guided = result.guided && (!r.guidance_fits || r.guidance_fits());
      ++requests->back().steps_taken;
      if (guided_now) ++requests->back().guided_steps;
      if (on_step) on_step(call);
      ++result.steps_taken;
    }
    if (fails && fails(call)) return fail(ErrorCode::kInternal, "scripted failure");
    const auto fresh = static_cast<std::size_t>((r.hop + r.look_ahead) * kDims);
    result.latents.assign(r.noise.end() - static_cast<std::ptrdiff_t>(fresh), r.noise.end());
    for (float& value : result.latents) value *= 0.5F;
    for (int row = 0; row < r.hop + r.look_ahead; ++row) {
      result.latents[static_cast<std::size_t>(row * kDims)] = static_cast<float>(r.first + r.context + row);
    }
    return result;
  }
  void reset() override {
    calls_ = 0;
    if (on_reset) on_reset();
  }
  [[nodiscard]] stream::Controls decided() const override { return decision; }
  [[nodiscard]] std::optional<stream::TempoWish> wish_tempo(const stream::Timeline&, double, const stream::Controls&,
                                                            double) override {
    return wish;
  }

 private:
  int calls_ = 0;
};

/// A melody note per beat, an eighth long, and a bass note that is held over each bar.
class ScriptedDecoder final : public stream::ScoreDecoder {
 public:
  bool can_preview = true;
  /// A chord of three in the harmony, struck on every bar and released by the next.
  bool has_harmony = false;
  /// Called in place of decoding's work.
  std::function<void(int call)> on_decode;

  [[nodiscard]] Result<stream::DecodedNotes> decode(std::int64_t first_row, std::span<const float> latents) override {
    if (on_decode) on_decode(calls_++);
    return write(first_row, latents, has_harmony);
  }
  [[nodiscard]] Result<stream::DecodedNotes> preview(std::int64_t first_row, std::span<const float> latents) override {
    if (!can_preview) return fail(ErrorCode::kInternal, "no preview");
    return write(first_row, latents, has_harmony);
  }
  void reset() override {}

 private:
  int calls_ = 0;

  [[nodiscard]] static stream::DecodedNotes write(std::int64_t first_row, std::span<const float> latents,
                                                  bool harmony) {
    stream::DecodedNotes decoded;
    const auto rows = static_cast<std::int64_t>(latents.size()) / ScriptedGenerator::kDims;
    for (std::int64_t row = first_row; row < first_row + rows; ++row) {
      const std::int64_t step = row * stream::kStepsPerBeat;
      const auto melody = static_cast<std::uint8_t>(60 + row % 12);
      if (row % 4 == 0) {
        if (row > 0) decoded.events.push_back(note(step, stream::Layer::kBass, false, 36));
        decoded.events.push_back(note(step, stream::Layer::kBass, true, 36));
        for (const std::uint8_t pitch : {std::uint8_t{48}, std::uint8_t{52}, std::uint8_t{55}}) {
          if (!harmony) break;
          if (row > 0) decoded.events.push_back(note(step, stream::Layer::kHarmony, false, pitch));
          decoded.events.push_back(note(step, stream::Layer::kHarmony, true, pitch));
        }
      }
      decoded.events.push_back(note(step, stream::Layer::kMelody, true, melody));
      decoded.events.push_back(note(step + 2, stream::Layer::kMelody, false, melody));
      ++decoded.notes;
    }
    return decoded;
  }
  [[nodiscard]] static stream::NoteEvent note(std::int64_t step, stream::Layer layer, bool on, std::uint8_t pitch) {
    stream::NoteEvent event;
    event.step = step;
    event.layer = layer;
    event.on = on;
    event.pitch = pitch;
    return event;
  }
};

/// What reached an instrument, with the frame at which it did.
struct PlayedEvent {
  std::int64_t frame = 0;
  stream::NoteEvent event;
};
struct SynthesiserLog {
  std::vector<PlayedEvent> played;
  std::vector<std::pair<std::int64_t, stream::Expression>> expressions;
  std::int64_t frames = 0;
  bool keeps = true;  ///< false: only the newest of each
  int silenced = 0;
};

/// Every note that begins is one sample of `velocity` / 4 in its layer.
class ClickSynthesiser final : public stream::Synthesiser {
 public:
  std::shared_ptr<SynthesiserLog> log = std::make_shared<SynthesiserLog>();
  float gain = 0.25F;

  void apply(const stream::NoteEvent& event) override {
    if (!log->keeps) log->played.clear();
    log->played.push_back({log->frames, event});
    if (event.on) pending_[static_cast<std::size_t>(event.layer)] += gain * event.velocity;
  }
  void express(const stream::Expression& expression) override {
    if (!log->keeps) log->expressions.clear();
    log->expressions.emplace_back(log->frames, expression);
  }
  void render(std::span<float> out, std::span<const std::span<float>> stems) override {
    std::fill(out.begin(), out.end(), 0.0F);
    for (const auto& stem : stems) std::fill(stem.begin(), stem.end(), 0.0F);
    for (std::size_t layer = 0; layer < pending_.size(); ++layer) {
      const float click = std::exchange(pending_[layer], 0.0F);
      for (std::size_t c = 0; c < 2; ++c) {
        out[c] += click;
        if (!stems.empty()) stems[layer][c] = click;
      }
    }
    log->frames += static_cast<std::int64_t>(out.size() / 2);
  }
  void all_notes_off() override { ++log->silenced; }

 private:
  std::array<float, stream::kLayers> pending_{};
};

/// A sine per sounding note with 5 ms flanks; its phase comes from the frame, so chunks do not matter.
class SineSynthesiser final : public stream::Synthesiser {
 public:
  float gain = 0.1F;

  void apply(const stream::NoteEvent& event) override {
    auto& level = notes_[{static_cast<int>(event.layer), event.pitch}];
    level.target = event.on ? 1.0F : 0.0F;
    level.cycles_per_frame = 440.0 * std::exp2((event.pitch - 69) / 12.0) / 44100.0;
  }
  void express(const stream::Expression& /*expression*/) override {}
  void render(std::span<float> out, std::span<const std::span<float>> stems) override {
    constexpr float kFlank = 1.0F / 220.0F;
    for (const auto& stem : stems) std::fill(stem.begin(), stem.end(), 0.0F);
    for (std::size_t i = 0; i < out.size() / 2; ++i, ++frame_) {
      float sum = 0.0F;
      for (auto& [key, level] : notes_) {
        level.now += std::clamp(level.target - level.now, -kFlank, kFlank);
        if (level.now <= 0.0F) continue;
        const double cycles = level.cycles_per_frame * static_cast<double>(frame_);
        const auto value = static_cast<float>(std::sin(2.0 * std::numbers::pi * (cycles - std::floor(cycles))));
        const float sample = gain * level.now * value;
        sum += sample;
        if (!stems.empty()) {
          stems[static_cast<std::size_t>(key.first)][2 * i] += sample;
          stems[static_cast<std::size_t>(key.first)][2 * i + 1] += sample;
        }
      }
      out[2 * i] = out[2 * i + 1] = sum;
    }
  }
  void all_notes_off() override { notes_.clear(); }

 private:
  struct Level {
    float now = 0.0F, target = 0.0F;
    double cycles_per_frame = 0.0;
  };
  std::map<std::pair<int, int>, Level> notes_;
  std::int64_t frame_ = 0;
};

}  // namespace photoplayer::test
