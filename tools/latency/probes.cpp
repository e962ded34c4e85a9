// SPDX-License-Identifier: Apache-2.0
#include "latency/probes.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <functional>
#include <utility>

namespace photoplayer::tools {
namespace {

using std::chrono::steady_clock;

double seconds_since(steady_clock::time_point begin) {
  return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

double processor_s() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// How long something took, for a simulated clock. Only one thread works at a time there, so what the process computed
/// is that thread's work; where that is less than the time that went by, others had the processor.
class Effort {
 public:
  [[nodiscard]] double seconds() const { return std::min(seconds_since(begin_), processor_s() - processor_begin_s_); }

 private:
  steady_clock::time_point begin_ = steady_clock::now();
  double processor_begin_s_ = processor_s();
};

/// Notes the length of a scope.
class Watch {
 public:
  Watch(const stream::Clock& clock, std::vector<Span>& spans) : spans_(spans), span_{clock.now_s(), 0.0F} {}
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() {
    span_.length_s = static_cast<float>(seconds_since(begin_));
    spans_.push_back(span_);
  }

 private:
  std::vector<Span>& spans_;
  Span span_;
  steady_clock::time_point begin_ = steady_clock::now();
};

class GeneratorProbe final : public stream::LatentGenerator {
 public:
  GeneratorProbe(std::unique_ptr<stream::LatentGenerator> generator, stream::Clock& clock, Notes& notes,
                 const ProbeSettings& settings)
      : generator_(std::move(generator)), clock_(clock), notes_(notes), settings_(settings) {}

  int dims() const override { return generator_->dims(); }

  Result<stream::WindowResult> generate(const stream::WindowRequest& asked) override {
    stream::WindowRequest request = asked;
    Lap lap{{}, steady_clock::now(), false};
    const double begin_s = clock_.now_s();
    const auto begin = steady_clock::now();
    request.steps_that_fit = [&](int left) {
      end_lap(lap);
      const int fit = asked.steps_that_fit ? asked.steps_that_fit(left) : left;
      lap = {{}, steady_clock::now(), true};
      return fit;
    };
    auto result = generator_->generate(request);
    end_lap(lap);
    const double took_s = settings_.work_moves_clock ? clock_.now_s() - begin_s : seconds_since(begin);
    notes_.windows.push_back({{begin_s, static_cast<float>(took_s)},
                              request.hop,
                              request.steps,
                              result ? result->steps_taken : 0,
                              result && result->guided});
    return result;
  }

  void reset() override { generator_->reset(); }
  stream::Controls decided() const override { return generator_->decided(); }
  std::optional<double> propose_tempo_bpm(const stream::Timeline& timeline, double from_s, double seen_until_s,
                                          const stream::Controls& controls) override {
    return generator_->propose_tempo_bpm(timeline, from_s, seen_until_s, controls);
  }
  std::optional<stream::TempoWish> wish_tempo(const stream::Timeline& timeline, double seen_until_s,
                                              const stream::Controls& controls, double tempo_bpm) override {
    return generator_->wish_tempo(timeline, seen_until_s, controls, tempo_bpm);
  }

 private:
  struct Lap {
    Effort effort;
    steady_clock::time_point begin;
    bool step;  ///< else what comes before the first step
  };
  void end_lap(const Lap& lap) {
    const double took_s = seconds_since(lap.begin);
    if (settings_.work_moves_clock) clock_.wait_until(clock_.now_s() + lap.effort.seconds());
    const auto& brake = settings_.slowdown;
    const double now_s = clock_.now_s();
    if (!lap.step || !brake || now_s < brake->start_s || now_s >= brake->end_s()) return;
    clock_.wait_until(now_s + (brake->factor - 1.0) * took_s);
  }

  std::unique_ptr<stream::LatentGenerator> generator_;
  stream::Clock& clock_;
  Notes& notes_;
  const ProbeSettings settings_;
};

class ScoreDecoderProbe final : public stream::ScoreDecoder {
 public:
  ScoreDecoderProbe(std::unique_ptr<stream::ScoreDecoder> decoder, stream::Clock& clock, Notes& notes, bool moves_clock)
      : decoder_(std::move(decoder)), clock_(clock), notes_(notes), moves_clock_(moves_clock) {}

  Result<stream::DecodedNotes> decode(std::int64_t first_row, std::span<const float> latents) override {
    return timed([&] { return decoder_->decode(first_row, latents); });
  }
  Result<stream::DecodedNotes> preview(std::int64_t first_row, std::span<const float> latents) override {
    return timed([&] { return decoder_->preview(first_row, latents); });
  }
  void reset() override { decoder_->reset(); }

 private:
  Result<stream::DecodedNotes> timed(const std::function<Result<stream::DecodedNotes>()>& work) {
    const Effort effort;
    auto result = [&] {
      const Watch watch(clock_, notes_.decoding);
      return work();
    }();
    if (moves_clock_) clock_.wait_until(clock_.now_s() + effort.seconds());
    return result;
  }
  std::unique_ptr<stream::ScoreDecoder> decoder_;
  stream::Clock& clock_;
  Notes& notes_;
  bool moves_clock_;
};

class SoundDecoderProbe final : public stream::SoundDecoder {
 public:
  SoundDecoderProbe(std::unique_ptr<stream::SoundDecoder> decoder, stream::Clock& clock, Notes& notes, bool moves_clock)
      : decoder_(std::move(decoder)), clock_(clock), notes_(notes), moves_clock_(moves_clock) {}

  int context_rows() const override { return decoder_->context_rows(); }
  int look_ahead_rows() const override { return decoder_->look_ahead_rows(); }
  Result<stream::DecodedSound> decode(const stream::LatentTape& tape, std::int64_t first_row) override {
    const Effort effort;
    auto result = [&] {
      const Watch watch(clock_, notes_.decoding);
      return decoder_->decode(tape, first_row);
    }();
    if (moves_clock_) clock_.wait_until(clock_.now_s() + effort.seconds());
    return result;
  }
  void reset() override { decoder_->reset(); }

 private:
  std::unique_ptr<stream::SoundDecoder> decoder_;
  stream::Clock& clock_;
  Notes& notes_;
  bool moves_clock_;
};

/// A tick begins when its dynamics are set and ends with the last sound before the next one's.
class SynthesiserProbe final : public stream::Synthesiser {
 public:
  SynthesiserProbe(std::unique_ptr<stream::Synthesiser> synthesiser, const stream::Clock& clock, Notes& notes)
      : synthesiser_(std::move(synthesiser)), clock_(clock), notes_(notes) {}

  void apply(const stream::NoteEvent& event) override { synthesiser_->apply(event); }
  void queue(std::int64_t frames_ahead, const stream::DecodedSound& sound) override {
    synthesiser_->queue(frames_ahead, sound);
  }
  void express(const stream::Expression& expression) override {
    begin_ = steady_clock::now();
    notes_.ticks.push_back({clock_.now_s(), 0.0F});
    synthesiser_->express(expression);
  }
  void render(std::span<float> out, std::span<const std::span<float>> stems) override {
    synthesiser_->render(out, stems);
    if (!notes_.ticks.empty()) notes_.ticks.back().length_s = static_cast<float>(seconds_since(begin_));
  }
  void all_notes_off() override { synthesiser_->all_notes_off(); }

 private:
  std::unique_ptr<stream::Synthesiser> synthesiser_;
  const stream::Clock& clock_;
  Notes& notes_;
  steady_clock::time_point begin_ = steady_clock::now();
};

class EncoderProbe final : public stream::SemanticEncoder {
 public:
  EncoderProbe(std::unique_ptr<stream::SemanticEncoder> encoder, const stream::Clock& clock, Notes& notes)
      : encoder_(std::move(encoder)), clock_(clock), notes_(notes) {}
  stream::StillKind still() const override { return encoder_->still(); }
  void encode(const stream::PictureView& still, std::span<float, stream::kSemanticDims> out) override {
    const Watch watch(clock_, notes_.encoding);
    encoder_->encode(still, out);
  }

 private:
  std::unique_ptr<stream::SemanticEncoder> encoder_;
  const stream::Clock& clock_;
  Notes& notes_;
};

}  // namespace

void add_probes(LoadedModel& model, stream::Clock& clock, Notes& notes, const ProbeSettings& settings) {
  const auto expected = [&](double each_second) {
    return static_cast<std::size_t>(each_second * (settings.seconds + 10.0));
  };
  make_room(notes.windows, expected(4.0));
  make_room(notes.decoding, expected(8.0));
  make_room(notes.ticks, expected(110.0));
  make_room(notes.encoding, expected(2.0));
  stream::EngineParts& parts = model.parts;
  const bool moves_clock = settings.work_moves_clock;
  parts.generator = std::make_unique<GeneratorProbe>(std::move(parts.generator), clock, notes, settings);
  if (parts.decoder) {
    parts.decoder = std::make_unique<ScoreDecoderProbe>(std::move(parts.decoder), clock, notes, moves_clock);
  }
  if (parts.sound_decoder) {
    parts.sound_decoder =
        std::make_unique<SoundDecoderProbe>(std::move(parts.sound_decoder), clock, notes, moves_clock);
  }
  parts.synthesiser = std::make_unique<SynthesiserProbe>(std::move(parts.synthesiser), clock, notes);
  if (model.encoder) model.encoder = std::make_unique<EncoderProbe>(std::move(model.encoder), clock, notes);
}

}  // namespace photoplayer::tools
