// SPDX-License-Identifier: Apache-2.0
#include "scripted_model.h"

#include <photoplayer/model/bundle_writer.h>
#include <photoplayer/model/sound_voice.h>
#include <photoplayer/stream/latent_tape.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <thread>
#include <vector>

namespace photoplayer::tools::test {
namespace {

using namespace photoplayer::stream;

constexpr int kDims = 2;

class NoiseGenerator final : public LatentGenerator {
 public:
  explicit NoiseGenerator(std::chrono::milliseconds window_time) : window_time_(window_time) {}
  int dims() const override { return kDims; }
  Result<WindowResult> generate(const WindowRequest& request) override {
    std::this_thread::sleep_for(window_time_);
    WindowResult result;
    const auto begin = request.noise.begin() + static_cast<std::ptrdiff_t>(request.context) * kDims;
    result.latents.assign(begin, request.noise.end());
    result.steps_taken = request.steps;
    decided_ = request.controls;
    decided_.tempo_bpm = request.tempo_bpm;
    return result;
  }
  void reset() override {}
  Controls decided() const override { return decided_; }

 private:
  std::chrono::milliseconds window_time_;
  Controls decided_;
};

/// One note a beat in each pitched layer, and a drum; the pitch from the latent.
class BeatDecoder final : public ScoreDecoder {
 public:
  Result<DecodedNotes> decode(std::int64_t first_row, std::span<const float> latents) override {
    DecodedNotes notes;
    for (std::size_t row = 0; row < latents.size() / kDims; ++row) {
      const std::int64_t step = (first_row + static_cast<std::int64_t>(row)) * kStepsPerBeat;
      const int shift = static_cast<int>(std::clamp(latents[row * kDims], -3.0F, 3.0F) * 4.0F);
      for (const Layer layer : {Layer::kMelody, Layer::kBass, Layer::kDrums}) {
        const auto pitch = static_cast<std::uint8_t>(60 + shift - 12 * static_cast<int>(layer));
        notes.events.push_back({step, layer, true, pitch, 0.7F});
        notes.events.push_back({step + 2, layer, false, pitch});
      }
      notes.notes += 2;
    }
    std::stable_sort(notes.events.begin(), notes.events.end(),
                     [](const NoteEvent& a, const NoteEvent& b) { return a.step < b.step; });
    return notes;
  }
  void reset() override {}
};

class Tones final : public Synthesiser {
 public:
  void apply(const NoteEvent& event) override {
    Voice& voice = voices_[static_cast<std::size_t>(event.layer)];
    if (event.on) {
      voice.step = 2.0 * std::numbers::pi * 440.0 * std::exp2((event.pitch - 69) / 12.0) / 44100.0;
      voice.level = 0.12F;
    } else {
      voice.sounding = false;
    }
    if (event.on) voice.sounding = true;
  }
  void express(const Expression&) override {}
  void render(std::span<float> out, std::span<const std::span<float>> stems) override {
    std::fill(out.begin(), out.end(), 0.0F);
    for (std::size_t layer = 0; layer < voices_.size(); ++layer) {
      Voice& voice = voices_[layer];
      for (std::size_t i = 0; i < out.size() / 2; ++i) {
        voice.gain += ((voice.sounding ? voice.level : 0.0F) - voice.gain) * 0.005F;
        const float sample = voice.gain * static_cast<float>(std::sin(voice.phase));
        voice.phase = std::fmod(voice.phase + voice.step, 2.0 * std::numbers::pi);
        for (std::size_t channel = 0; channel < 2; ++channel) {
          out[2 * i + channel] += sample;
          if (!stems.empty()) stems[layer][2 * i + channel] = sample;
        }
      }
    }
  }
  void all_notes_off() override {
    for (Voice& voice : voices_) voice.sounding = false;
  }

 private:
  struct Voice {
    double phase = 0.0, step = 0.0;
    float level = 0.0F, gain = 0.0F;
    bool sounding = false;
  };
  std::array<Voice, kLayers> voices_;
};

class ToneDecoder final : public SoundDecoder {
 public:
  int context_rows() const override { return 10; }
  int look_ahead_rows() const override { return 2; }
  Result<DecodedSound> decode(const LatentTape& tape, std::int64_t first_row) override {
    DecodedSound sound;
    write(tape, first_row, tape.final_end(), sound.frames);
    write(tape, tape.final_end(), tape.final_end() + 2, sound.after);
    return sound;
  }
  void reset() override {}

 private:
  static void write(const LatentTape& tape, std::int64_t from, std::int64_t to, std::vector<float>& out) {
    constexpr std::int64_t kRow_frames = 2048;
    for (std::int64_t frame = from * kRow_frames; frame < to * kRow_frames; ++frame) {
      const float level = 0.2F + 0.05F * std::clamp(tape.rows(frame / kRow_frames, to).front(), -3.0F, 3.0F);
      const auto value = level * static_cast<float>(std::sin(0.0626873 * static_cast<double>(frame)));
      out.insert(out.end(), {value, value});
    }
  }
};

}  // namespace

ModelFactory scripted_sound_model() {
  return [](const std::shared_ptr<const model::Bundle>&, std::uint64_t) -> Result<LoadedModel> {
    LoadedModel model;
    model.parts.generator = std::make_unique<NoiseGenerator>(std::chrono::milliseconds(0));
    model.parts.sound_decoder = std::make_unique<ToneDecoder>();
    model.parts.synthesiser = model::make_sound_voice();
    model.settings.context_rows = 108;
    model.settings.look_ahead_rows = 22;
    return model;
  };
}

ModelFactory scripted_model(std::chrono::milliseconds window_time) {
  return [window_time](const std::shared_ptr<const model::Bundle>&, std::uint64_t) -> Result<LoadedModel> {
    LoadedModel model;
    model.parts.generator = std::make_unique<NoiseGenerator>(window_time);
    model.parts.decoder = std::make_unique<BeatDecoder>();
    model.parts.synthesiser = std::make_unique<Tones>();
    model.settings.steps = 3;
    return model;
  };
}

void write_tiny_bundle(const std::filesystem::path& path) {
  const std::vector<model::NamedTensor> tensors = {{"w", {2}, {1.0F, 2.0F}}};
  const auto written = model::write_bundle(
      path,
      R"({"format":1,"family":"parlour","name":"scripted","config":{},"provenance":"a test","licence":"CC0-1.0"})",
      tensors);
  if (!written) throw std::runtime_error(written.error().message);
}

}  // namespace photoplayer::tools::test
