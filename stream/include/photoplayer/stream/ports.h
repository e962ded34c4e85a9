// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The ports of the engine: what makes latents, what reads them, what sounds. `model/` implements them for
/// bundles; tests implement them with scripts. Each object is used by one thread at a time and never throws.
/// A score bundle's latents are read as notes, one row a beat; a sound bundle's as sound, in rows of 2048 frames.
#include <photoplayer/stream/controls.h>
#include <photoplayer/stream/notes.h>
#include <photoplayer/stream/result.h>
#include <photoplayer/stream/timeline.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace photoplayer::stream {

class LatentTape;

/// A cut (or another strong event) that the music will meet.
struct Hit {
  std::int64_t step = 0;  ///< the sixteenth that carries the accent
  double time_s = 0.0;    ///< where the event is; the accent sounds there
  double offset_s = 0.0;  ///< time_s minus the (bent) grid time of `step`
  float strength = 0.0F;  ///< 0…1
};

/// One sampling run. Rows are latents: `context` final ones, then `hop` new, then `look_ahead` provisional.
/// For a score bundle one latent is one beat and `times_s` follows the beat clock.
struct WindowRequest {
  std::int64_t first = 0;  ///< absolute index of the first row
  int context = 0;
  int hop = 0;
  int look_ahead = 0;
  std::span<const float> known;     ///< [context, dims] final latents
  std::span<const float> noise;     ///< [context + hop + look_ahead, dims], a function of (seed, index, channel)
  std::span<const float> warm;      ///< [hop + look_ahead, dims] provisional latents, or empty
  int warm_rows = 0;                ///< so many rows of `warm` were generated before; the rest is unit normal noise
  float start = 1.0F;               ///< diffusion time at which new rows start; 1 = pure noise, needs no `warm`
  std::span<const double> times_s;  ///< [rows + 1] running time of each row's beginning
  const Timeline* timeline = nullptr;
  double seen_until_s = 0.0;  ///< the picture is known up to here
  std::span<const Hit> hits;  ///< inside the window
  std::int64_t end_row = -1;  ///< the piece ends here (cadence before it); −1 = open end
  Controls controls;
  double tempo_bpm = 0.0;
  std::uint64_t seed = 0;
  int steps = 0;
  float guidance = 1.0F;
  /// Asked before every step with the number of steps left; answers how many still fit (≤ the argument).
  /// Empty: all fit. 0 ends the run at the present estimate.
  std::function<int(int)> steps_that_fit;
  /// Asked after `steps_that_fit`, before every step that would be guided. False: this step and the rest of the run go
  /// without guidance, at half the cost. Empty: guidance fits.
  std::function<bool()> guidance_fits;
};

struct WindowResult {
  std::vector<float> latents;  ///< [hop + look_ahead, dims]
  int steps_taken = 0;
  bool guided = true;  ///< false if guidance was dropped to save time
};

/// A tempo that the music might take up because what is seen has it.
struct TempoWish {
  double bpm = 0.0;
  double beat_s = 0.0;         ///< running time of one of the picture's beats
  bool twice_as_fast = false;  ///< the picture: it has beats between ours too
};

class LatentGenerator {
 public:
  virtual ~LatentGenerator() = default;
  [[nodiscard]] virtual int dims() const = 0;  ///< numbers per latent
  [[nodiscard]] virtual Result<WindowResult> generate(const WindowRequest& request) = 0;
  /// Forgets its plan (flush, seek).
  virtual void reset() = 0;
  /// What the generator decided for the piece, once the first window exists (for the report and the beat clock).
  [[nodiscard]] virtual Controls decided() const = 0;
  /// Asked once, before the first window and only if the user set no tempo: the tempo that suits what was seen in
  /// [from_s, seen_until_s). Nothing: the engine takes `picture_tempo_bpm`.
  [[nodiscard]] virtual std::optional<double> propose_tempo_bpm(const Timeline& /*timeline*/, double /*from_s*/,
                                                                double /*seen_until_s*/, const Controls& /*controls*/) {
    return std::nullopt;
  }
  /// Asked after each hop, while the user sets no tempo: the steady tempo of what was seen until `seen_until_s`, as it
  /// suits the piece. The engine takes it up at the next phrase, or not.
  [[nodiscard]] virtual std::optional<TempoWish> wish_tempo(const Timeline& /*timeline*/, double /*seen_until_s*/,
                                                            const Controls& /*controls*/, double /*tempo_bpm*/) {
    return std::nullopt;
  }
};

struct DecodedNotes {
  std::vector<NoteEvent> events;  ///< in step order
  int notes = 0;                  ///< pitched notes that begin here
  int corrected = 0;              ///< of those, moved to another pitch
};

class ScoreDecoder {
 public:
  virtual ~ScoreDecoder() = default;
  /// Decodes consecutive final rows; sounding notes carry over from the call before. `latents` [rows, dims].
  [[nodiscard]] virtual Result<DecodedNotes> decode(std::int64_t first_row, std::span<const float> latents) = 0;
  /// The same for provisional rows right after the last decoded one, leaving no trace in the decoder. Live only: what
  /// sounds if the next hop comes too late. A decoder without it costs one rung of the ladder.
  [[nodiscard]] virtual Result<DecodedNotes> preview(std::int64_t /*first_row*/, std::span<const float> /*latents*/) {
    return fail(ErrorCode::kInternal, "this decoder has no preview");
  }
  virtual void reset() = 0;
};

struct DecodedSound {
  std::vector<float> frames;  ///< interleaved stereo, 44.1 kHz: 2048 frames for each row
  std::vector<float> after;   ///< what would follow, for a moment, if these rows were the last
};

class SoundDecoder {
 public:
  virtual ~SoundDecoder() = default;
  [[nodiscard]] virtual int context_rows() const = 0;     ///< final rows before a hop that it looks at
  [[nodiscard]] virtual int look_ahead_rows() const = 0;  ///< provisional rows behind it that it looks at
  /// Decodes the rows that became final since the last call, or from `first_row` on if rows were skipped.
  [[nodiscard]] virtual Result<DecodedSound> decode(const LatentTape& tape, std::int64_t first_row) = 0;
  virtual void reset() = 0;
};

/// Dynamics of the moment, from the picture and the controls; the conductor sets them every tick.
struct Expression {
  float intensity = 0.5F;   ///< 0…1: loudness of the whole
  float brightness = 0.5F;  ///< 0…1: filter, where the instrument has one
  float led = 0.0F;         ///< the share of `intensity` that is the picture's doing: not for a leveller to undo
  float asked = 0.0F;       ///< the share that the user asked for, beside the usual: for a leveller to undo in part
};

class Synthesiser {
 public:
  virtual ~Synthesiser() = default;
  virtual void apply(const NoteEvent& event) = 0;
  /// Sound bundles: to be heard from `frames_ahead` frames after what was rendered so far; negative: so much of it is
  /// past already.
  virtual void queue(std::int64_t /*frames_ahead*/, const DecodedSound& /*sound*/) {}
  virtual void express(const Expression& expression) = 0;
  /// Adds nothing, overwrites `out`: interleaved stereo [frames, 2], 44.1 kHz. Stems, if wanted: one buffer of the
  /// same shape per layer, or empty.
  virtual void render(std::span<float> out, std::span<const std::span<float>> stems) = 0;
  virtual void all_notes_off() = 0;
};

}  // namespace photoplayer::stream
