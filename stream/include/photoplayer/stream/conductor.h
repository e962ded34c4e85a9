// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Plays the notes: takes what is due, sets the dynamics of the moment, lets the synthesiser render up to the
/// very sample of the next event, limits, fades at both ends. Works in ticks of 10 ms counted from the first
/// sample, so the sound does not depend on how much is asked for at a time. On demand the caller's thread
/// owns it, live the conductor's. Tested in tests/unit/stream/conductor_test.cpp.
#include <photoplayer/stream/controls.h>
#include <photoplayer/stream/hop.h>
#include <photoplayer/stream/ledger.h>
#include <photoplayer/stream/limiter.h>
#include <photoplayer/stream/ports.h>
#include <photoplayer/stream/timeline.h>

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace photoplayer::stream {

class Conductor {
 public:
  static constexpr double kSampleRate_hz = 44100.0;
  static constexpr std::size_t kTick_frames = 441;

  using Listener = std::function<void(const NoteEvent&, double time_s)>;

  /// `sees_ahead`: the picture is known when its music sounds (aligned), so dynamics can be on time instead of late.
  Conductor(Synthesiser& synthesiser, Ledger& ledger, double origin_s, bool sees_ahead = false);

  /// Takes a hop's notes in. Hops come in order and without gaps; one that replaces takes the place of what was to
  /// come from its start on.
  void schedule(const Hop& hop);
  /// An accent marked for an event of this moment, and the swell on it. Sounds with the next frame that is rendered.
  void accent(const Hit& hit);
  /// Running time of the next frame to be rendered.
  [[nodiscard]] double now_s() const { return origin_s_ + static_cast<double>(rendered_) / kSampleRate_hz; }
  /// Finished sound that waits for its tick: a sound bundle's.
  [[nodiscard]] std::size_t waiting_sound_frames() const;
  /// Running time up to which the next tick needs notes.
  [[nodiscard]] double needs_until_s() const;
  /// Running time up to which notes are known.
  [[nodiscard]] double planned_until_s() const { return planned_until_s_; }
  /// The first hop begins at `time_s`.
  void silent_until(double time_s);
  /// No hop follows; what sounds rings out.
  void no_more_hops();
  /// The last sample is the one before `time_s`.
  void end_at(double time_s);
  /// Stems are rendered from the next tick on.
  void want_stems(bool wanted) { stems_wanted_ = wanted; }
  void on_played(Listener listener) { listener_ = std::move(listener); }

  /// Renders one tick. `seen`: where the dynamics come from.
  void tick(const Timeline& seen, const Controls& controls);

  /// Frames that are ready and not yet read.
  [[nodiscard]] std::size_t ready_frames() const;
  /// Reads finished sound, in order; returns the frames written.
  std::size_t read(std::span<float> out, std::span<const std::span<float>> stems);
  /// Everything up to the end was read.
  [[nodiscard]] bool finished() const;
  [[nodiscard]] std::int64_t read_frames() const { return read_frames_; }

 private:
  struct Due {
    std::int64_t frame = 0;
    double time_s = 0.0;
    bool releases_all = false;  ///< instead of `event`
    NoteEvent event;
  };
  [[nodiscard]] std::int64_t frame_of(double time_s) const;
  void add(Due due);
  void play(const Due& due);
  void release_all(double time_s);
  void render_until(std::int64_t frame);
  void look(const Timeline& seen, double now_s);
  [[nodiscard]] Expression expression(const Timeline& seen, const Controls& controls);
  [[nodiscard]] float hit_emphasis(double from_s, double to_s) const;
  void finish_tick();
  void fade(std::span<float> frames) const;  // the next ones to be read

  Synthesiser& synthesiser_;
  Ledger& ledger_;
  Listener listener_;
  double origin_s_;
  double planned_until_s_;
  std::optional<std::int64_t> end_frame_;
  std::vector<Due> due_;   // in order of frame
  std::vector<Hit> hits_;  // of the hops in hand
  std::array<std::bitset<128>, kLayers> sounding_;

  // Dynamics: as last seen, and smoothed.
  struct Look {
    float liveliness = 0.0F, brightness = 0.5F;
  };
  const bool sees_ahead_;
  Look seen_, smooth_;

  Limiter limiter_;
  std::int64_t tick_begin_ = 0;  ///< frame at which the tick in hand begins
  std::int64_t rendered_ = 0;    ///< frames the synthesiser has made
  std::int64_t sound_end_ = 0;   ///< frame up to which it has decoded sound in hand
  bool stems_wanted_ = false;
  std::vector<float> mix_;  // of one tick, interleaved
  std::vector<float> gains_;
  std::array<std::vector<float>, kLayers> stem_;

  // Finished sound not yet read, and stems that wait for the limiter's delay.
  std::size_t skip_frames_ = Limiter::kDelay_frames;
  std::vector<float> out_;
  std::array<std::vector<float>, kLayers> stem_out_;
  std::array<std::vector<float>, kLayers> stem_delay_;
  std::int64_t read_frames_ = 0;
};

}  // namespace photoplayer::stream
