// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Note events become sound: FluidSynth with a General MIDI soundfont, one channel and one stereo stem per layer,
/// levelled to the target loudness. A true-peak limiter belongs after it.
///
/// Time: FluidSynth computes blocks of 64 frames. An event applied when `p` frames have been rendered sounds from frame
/// ceil(p / 64) · 64 on, at most 1.4 ms late; the same holds for dynamics. So samples depend on the events and their
/// absolute positions only, never on how render() calls cut the stream, and equal input gives equal bits.
///
/// One thread at a time, as the port says; set_style() from any. render() does not allocate, and does no I/O except
/// for the first note after a change of style, which loads that style's samples (tens of ms; measured in
/// score_preview). Stems plus nothing else make the mix: out is their sum.
/// Tested in tests/unit/score/synthesiser_test.cpp.
#include <photoplayer/stream/ports.h>
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <memory>
#include <string>

namespace photoplayer::model {

struct SynthSettings {
  int style = 0;               ///< index into stream::kStyleNames
  std::uint64_t seed = 1;      ///< of the human touch
  std::string soundfont;       ///< file; empty: PHOTOPLAYER_SOUNDFONT, then Debian's places
  int polyphony = 72;          ///< voices (a stereo note takes two), 16…512
  bool level = true;           ///< false: the style's start gain only
  double target_lufs = -16.0;  ///< integrated loudness, −30…−10
};

class ScoreSynthesiser : public stream::Synthesiser {
 public:
  /// Each layer changes instrument at its next note; sounding notes ring out as they are. Caller: any.
  virtual void set_style(int style) noexcept = 0;
  [[nodiscard]] virtual const std::string& soundfont() const = 0;  ///< the file in use
  [[nodiscard]] virtual const std::string& warning() const = 0;    ///< for the user; empty if all is well
  [[nodiscard]] virtual float gain_db() const = 0;                 ///< of the leveller, now
};

/// Fails with kOutput without a usable soundfont, with kUsage on settings out of range.
[[nodiscard]] Result<std::unique_ptr<ScoreSynthesiser>> make_fluid_synthesiser(const SynthSettings& settings);

struct SoundfontChoice {
  std::string path;
  std::string warning;
};
/// The rule above, without loading anything. An explicit or environment path that is no soundfont is an error.
[[nodiscard]] Result<SoundfontChoice> find_soundfont(const std::string& explicit_path);

}  // namespace photoplayer::model
