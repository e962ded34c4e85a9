// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One hop at a time: plan the window, let the network sample it, put the latents on the tape, read the
/// notes or the sound. On demand the caller's thread owns it, live the sampler's. Tested in
/// tests/unit/stream/sampler_test.cpp.
#include <photoplayer/stream/hop.h>
#include <photoplayer/stream/latent_tape.h>
#include <photoplayer/stream/ledger.h>
#include <photoplayer/stream/planner.h>
#include <photoplayer/stream/ports.h>

#include <functional>
#include <memory>
#include <optional>

namespace photoplayer::stream {

struct SamplerSettings {
  std::uint64_t seed = 1;
  int steps = 12;
  float guidance = 1.5F;
  bool preview = false;  ///< read the look-ahead's notes too: live, for the ladder
  Handover handover = Handover::kOnBeat;
  int fade_rows = 4;   ///< of a handover by crossfade
  int kept_rows = 64;  ///< on the tape: what any window or the decoder looks back at, and a bar more for repeats
};

/// Live: what a run must fit into. See WindowRequest.
struct RunLimits {
  int steps = 0;  ///< to begin with; 0: as the settings say
  std::function<int(int)> steps_that_fit;
  std::function<bool()> guidance_fits;
};

/// One of the two.
struct Decoders {
  ScoreDecoder* score = nullptr;
  SoundDecoder* sound = nullptr;
};

class Sampler {
 public:
  Sampler(const SamplerSettings& settings, LatentGenerator& generator, Decoders decoders,
          std::unique_ptr<Planner> planner, Ledger& ledger);

  [[nodiscard]] const SamplerSettings& settings() const { return settings_; }
  [[nodiscard]] Planner& planner() { return *planner_; }

  /// The slow half: plans and samples the next hop. Leaves no trace unless `commit` follows.
  struct Sampled {
    Plan plan;
    WindowResult window;
    bool fewer_steps = false;
    std::optional<TempoWish> tempo_wish;
  };
  [[nodiscard]] Result<Sampled> sample(const Timeline& timeline, double seen_until_s, const Controls& controls,
                                       const RunLimits& limits);
  /// The quick half: makes it part of the piece and reads it. A plan that begins before the end of the last hop
  /// replaces the rest of that.
  [[nodiscard]] Result<Hop> commit(Sampled sampled);

  /// A hop of the plan's times, without notes or sound.
  [[nodiscard]] static Hop outline(const Plan& plan);

  /// The ladder played `rows` of `source` in place of the next hop: follows, so that the next window
  /// continues from what was heard.
  void substituted(int rows, HopSource source);

 private:
  [[nodiscard]] Result<void> read_notes(const Plan& plan, Hop& hop);

  SamplerSettings settings_;
  LatentGenerator& generator_;
  Decoders decoders_;
  std::unique_ptr<Planner> planner_;
  Ledger& ledger_;
  LatentTape tape_;
  bool fresh_after_gap_ = false;  ///< what sounds does not come from our decoder
};

}  // namespace photoplayer::stream
