// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The engine: timeline in, music out. One object per piece; it owns the planner of windows, the tape, the conductor
/// and, when live, their threads.
///
/// Two drives over the same steps:
///  * on demand (`pull`): the caller's thread generates each hop as soon as its picture was seen, then renders.
///    Deterministic: same observations, seed and settings, same samples, on the same CPU with as many threads. For
///    `score` and non-live pipelines.
///  * live (`start_live`): a sampler thread and a conductor thread work just in time against a clock; one render
///    thread takes frames through `RenderPort`. Music goes on whatever the video does.
/// Tested in tests/unit/stream under a fake clock with a scripted generator.
#include <photoplayer/stream/clock.h>
#include <photoplayer/stream/ports.h>
#include <photoplayer/stream/render_port.h>
#include <photoplayer/stream/report.h>
#include <photoplayer/stream/timeline.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace photoplayer::stream {

enum class Mode : std::uint8_t { kAligned, kInstant };

struct EngineSettings {
  std::uint64_t seed = 1;
  int steps = 12;
  float guidance = 1.5F;
  Mode mode = Mode::kAligned;
  Controls controls;
  double sample_rate_hz = 44100.0;   ///< fixed; here so that nobody writes the number twice
  int context_rows = 16;             ///< final latents that a window sees; for a score at most 48
  int look_ahead_rows = 8;           ///< provisional latents beyond the hop
  double max_hop_s = 1.25;           ///< a hop is the most whole rows within this, at least one
  double analysis_s = 0.25;          ///< delay of the picture analysis
  double budget_s = 0.30;            ///< time allowed for one hop's computation, live
  double jitter_s = 0.06;            ///< PCM kept ready for the render thread, live
  std::optional<double> duration_s;  ///< length of the film if known: a cadence is planned inside it
  double origin_s = 0.0;             ///< running time of the first sample
  float warm_start = 0.6F;           ///< diffusion time at which provisional latents start again; 1 = never warm
  int fade_rows = 8;                 ///< of a sound: rows over which a hop takes over from the last one's look-ahead
};

/// A decoder of one kind, which makes it a score's engine or a sound's.
struct EngineParts {
  std::unique_ptr<LatentGenerator> generator;
  std::unique_ptr<ScoreDecoder> decoder;
  std::unique_ptr<Synthesiser> synthesiser;
  std::unique_ptr<SoundDecoder> sound_decoder = nullptr;
};

class Engine {
 public:
  /// Caller: control. Fails on settings out of range.
  [[nodiscard]] static Result<std::unique_ptr<Engine>> make(const EngineSettings& settings, EngineParts parts);
  virtual ~Engine() = default;

  /// Where perception writes. Caller: video, perception.
  [[nodiscard]] virtual Timeline& timeline() = 0;

  /// Applies from the next window (structure) or tick (dynamics). Caller: control.
  virtual void set_controls(const Controls& controls) = 0;

  /// On demand. Fills `out` (interleaved stereo [frames, 2]) as far as the picture allows and returns the frames
  /// written: fewer than asked when the next hop's picture has not been seen and the video has not finished.
  /// `stems`: one such buffer per layer, or empty. Caller: one thread, not while live.
  [[nodiscard]] virtual Result<std::size_t> pull(std::span<float> out, std::span<const std::span<float>> stems) = 0;

  /// Live. Returns once the first PCM is ready or `clock` says that it should be: from then on the render thread may
  /// take frames at the clock's pace, what it does not find is an underrun, and music that comes late is passed over,
  /// so that the rest is on time. Caller: control.
  [[nodiscard]] virtual Result<void> start_live(Clock& clock) = 0;
  /// Waits for the live threads to end; what they have made stays. Caller: control, not while `start_live` runs.
  virtual void stop_live() = 0;
  /// The audio thread's side; valid from `start_live` until the engine dies.
  [[nodiscard]] virtual RenderPort& render_port() = 0;

  /// Flush or seek: silence now, new music from `origin_s`. Caller: control, not while live threads run.
  virtual void reset(double origin_s) = 0;

  /// Every note event that was played, in order, with its time; for `.mid`. Caller: control.
  virtual void on_played(std::function<void(const NoteEvent&, double time_s)> listener) = 0;

  /// False: a sound bundle, without notes, stems, beats.
  [[nodiscard]] virtual bool plays_notes() const = 0;

  /// The latency to report to a pipeline: aligned = hop + analysis + budget + jitter, instant = jitter.
  [[nodiscard]] virtual double latency_s() const = 0;
  /// Everything, lists included; may copy megabytes. Any thread but render, now and then.
  [[nodiscard]] virtual Report report() const = 0;
  /// The report without its lists (seams, beats, bars, events, stages): cheap at any age of the stream. Any thread but
  /// render.
  [[nodiscard]] virtual Report counts() const = 0;
  /// The beats in (after_s, until_s] of running time that are planned by now, oldest first; the newest 64 of them.
  /// Any thread but render.
  [[nodiscard]] virtual std::vector<ReportedBeat> beats(double after_s, double until_s) const = 0;
  /// Visual events that were met and whose accents sound in (after_s, until_s], of the newest 256 events known by now.
  /// Any thread but render.
  [[nodiscard]] virtual std::vector<ReportedEvent> accents(double after_s, double until_s) const = 0;
};

}  // namespace photoplayer::stream
