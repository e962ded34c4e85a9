// SPDX-License-Identifier: Apache-2.0
// One run of FluidSynth gives all stems. Channels, and the groups that FluidSynth mixes them into:
//
//   layer L             0  1  2  3  drums     dry group = channel mod 10, effects unit = channel mod 5
//   notes               0  1  2  3  9         dry group L (drums: 9)
//   marked accents      5  6  7  8  4         dry group of its own, so that accents escape the dynamics' dip
//   doubling           10 11 12 13  -         dry group L
//                                             each layer's channels share effects unit L (drums: 4)
//
// Balance and dynamics are gains after FluidSynth, ramped within each 64-frame block: controllers inside it would
// step.
#include "fluid_log.h"
#include "photoplayer/model/level.h"
#include "photoplayer/model/style_table.h"
#include "photoplayer/model/synthesiser.h"

#include <fluidsynth.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstddef>

namespace photoplayer::model {
namespace {

using stream::kLayers;
using stream::Layer;

constexpr int kBlockFrames = 64;  // FLUID_BUFSIZE, fixed in the library
constexpr double kRateHz = 44100.0;
constexpr int kDryGroups = 10;
constexpr int kEffects = 2;  // reverb, chorus: fixed in the library
constexpr int kDrumBank = 128;
constexpr std::array<int, kLayers> kNoteChannel = {0, 1, 2, 3, 9};
constexpr std::array<int, kLayers> kAccentChannel = {5, 6, 7, 8, 4};
constexpr std::array<int, kLayers> kDoublingChannel = {10, 11, 12, 13, -1};

// Dynamics: dB-linear, so that equal steps of intensity sound equal.
constexpr float kQuietestDb = -7.5F;
constexpr float kLoudestDb = 4.5F;
constexpr float kTiltDb = 2.0F;  // that notes played harder are louder, over the same range; about
constexpr float kAccentDb = 2.5F;
constexpr float kAccentFloorDb = -1.5F;  // an accent is at least as loud as medium intensity
/// One-pole smoothing per block: 95 % within 50 ms.
constexpr float kSmoothing = 0.083F;
/// Brightness at which filters stay as the soundfont has them.
constexpr float kNeutralBrightness = 0.6F;
constexpr float kFilterStepCents = 8.0F;

struct SettingsDeleter {
  void operator()(fluid_settings_t* p) const { delete_fluid_settings(p); }
};
struct SynthDeleter {
  void operator()(fluid_synth_t* p) const { delete_fluid_synth(p); }
};
using SettingsHandle = std::unique_ptr<fluid_settings_t, SettingsDeleter>;
using SynthHandle = std::unique_ptr<fluid_synth_t, SynthDeleter>;

/// What sounds on each layer: the MIDI key by the event's pitch, −1 = nothing.
using Keys = std::array<std::array<std::int8_t, 128>, kLayers>;
Keys nothing_sounds() {
  Keys keys{};
  for (auto& layer : keys) layer.fill(-1);
  return keys;
}

float factor_of(float db) {
  return std::pow(10.0F, db / 20.0F);
}
/// Larger rooms ring louder. Measured with piano, strings and a pad at full send and level: the wet sound lies
/// 5.5 dB above the dry one at room 0.45 and 12 dB at 0.9; this brings both to 0 dB.
double reverb_level(double room) {
  return std::pow(10.0, -(5.5 + 14.0 * (room - 0.45)) / 20.0);
}
float unit(float value, float otherwise) {
  return std::isfinite(value) ? std::clamp(value, 0.0F, 1.0F) : otherwise;
}

class FluidSynthesiser final : public ScoreSynthesiser {
 public:
  FluidSynthesiser(const SynthSettings& settings, SoundfontChoice font, SettingsHandle fluid, SynthHandle synth,
                   int font_id)
      : settings_(settings),
        font_(std::move(font)),
        fluid_(std::move(fluid)),
        synth_(std::move(synth)),
        font_id_(font_id),
        wanted_style_(settings.style),
        style_(settings.style),
        leveller_({kRateHz, settings.target_lufs, static_cast<double>(style_at(settings.style).start_gain_db)}) {
    fixed_gain_ = factor_of(style_at(style_).start_gain_db);
    for (int group = 0; group < kDryGroups; ++group) {
      for (int side = 0; side < 2; ++side)
        dry_pointers_[index(2 * group + side)] = dry_[index(group)][index(side)].data();
    }
    // Reverb and chorus of a unit are added into the same buffer.
    for (int i = 0; i < kLayers * kEffects * 2; ++i) {
      wet_pointers_[index(i)] = wet_[index(i / (kEffects * 2))][index(i % 2)].data();
    }
    fluid_synth_set_channel_type(synth_.get(), kAccentChannel[index(kLayers - 1)], CHANNEL_TYPE_DRUM);
    for (int layer = 0; layer < kLayers; ++layer) set_up(layer);
    for (int layer = 0; layer < kLayers; ++layer) gains_[index(layer)] = goal_gains(layer);
  }

  void apply(const stream::NoteEvent& event) override {
    const int layer = static_cast<int>(event.layer);
    if (layer < 0 || layer >= kLayers || event.pitch > 127) return;
    follow_style();
    if (event.on) {
      note_on(layer, event);
    } else if (event.layer != Layer::kDrums) {  // a drum rings as long as it rings
      note_off(layer, event.pitch);
    }
  }

  void express(const stream::Expression& expression) override {
    goal_.intensity = unit(expression.intensity, goal_.intensity);
    goal_.brightness = unit(expression.brightness, goal_.brightness);
    if (std::isfinite(expression.led)) goal_.led = std::clamp(expression.led, -1.0F, 1.0F);
    if (std::isfinite(expression.asked)) now_.asked = goal_.asked = std::clamp(expression.asked, -1.0F, 1.0F);
    if (!played_) now_ = goal_;
  }

  void render(std::span<float> out, std::span<const std::span<float>> stems) override {
    const std::size_t frames = out.size() / 2;
    for (std::size_t done = 0; done < frames;) {
      if (taken_ == kBlockFrames) make_block();
      const std::size_t count = std::min(frames - done, index(kBlockFrames - taken_));
      const auto copy = [&](const std::array<float, 2 * kBlockFrames>& from, std::span<float> to) {
        if (to.size() < 2 * (done + count)) return;
        std::copy_n(from.begin() + 2 * taken_, 2 * count, to.begin() + static_cast<std::ptrdiff_t>(2 * done));
      };
      copy(mix_, out);
      for (std::size_t i = 0; i < std::min(stems.size(), layers_.size()); ++i) copy(layers_[i], stems[i]);
      taken_ += static_cast<int>(count);
      done += count;
    }
  }

  void all_notes_off() override {
    fluid_synth_all_notes_off(synth_.get(), -1);
    sounding_ = doubled_ = nothing_sounds();
  }

  void set_style(int style) noexcept override { wanted_style_.store(std::clamp(style, 0, stream::kStyles - 1)); }
  const std::string& soundfont() const override { return font_.path; }
  const std::string& warning() const override { return font_.warning; }
  float gain_db() const override {
    return settings_.level ? static_cast<float>(leveller_.gain_db()) : 20.0F * std::log10(fixed_gain_);
  }

 private:
  struct LayerGain {
    float notes = 1.0F;
    float accents = 1.0F;
  };
  using Side = std::array<float, kBlockFrames>;

  static std::size_t index(int i) { return static_cast<std::size_t>(i); }
  const Voice& voice(int layer) const { return style_at(programmed_[index(layer)]).voices[index(layer)]; }

  void follow_style() {
    const int wanted = wanted_style_.load();
    if (wanted == style_) return;
    style_ = wanted;
    leveller_.expect(static_cast<double>(style_at(style_).start_gain_db));
  }

  void select(int channel, int bank, int program) {
    if (channel < 0 || program < 0) return;
    if (fluid_synth_program_select(synth_.get(), channel, font_id_, bank, program) == FLUID_OK) return;
    // A smaller soundfont: any kit is better than none, and so is any piano.
    fluid_synth_program_select(synth_.get(), channel, font_id_, bank, 0);
  }

  /// Instruments, place and effects of the present style.
  void set_up(int layer) {
    programmed_[index(layer)] = style_;
    const Style& style = style_at(style_);
    const Voice& v = voice(layer);
    const int bank = layer == static_cast<int>(Layer::kDrums) ? kDrumBank : 0;
    select(kNoteChannel[index(layer)], bank, v.program);
    select(kAccentChannel[index(layer)], bank, v.program);
    select(kDoublingChannel[index(layer)], 0, v.doubling.program);
    for (const int channel :
         {kNoteChannel[index(layer)], kAccentChannel[index(layer)], kDoublingChannel[index(layer)]}) {
      if (channel < 0) continue;
      fluid_synth_t* s = synth_.get();
      fluid_synth_cc(s, channel, 7, 127);
      fluid_synth_cc(s, channel, 11, 127);
      // A doubling sits a little across, for width.
      const bool second = channel == kDoublingChannel[index(layer)];
      const float pan = second ? -0.6F * v.pan : v.pan;
      fluid_synth_cc(s, channel, 10, static_cast<int>(std::lround(64.0F + 63.0F * pan)));
      // Effect sends by generator: controllers 91 and 93 reach only 20 % in FluidSynth.
      fluid_synth_cc(s, channel, 91, 0);
      fluid_synth_cc(s, channel, 93, 0);
      fluid_synth_set_gen(s, channel, GEN_REVERBSEND, 1000.0F * v.reverb);
      fluid_synth_set_gen(s, channel, GEN_CHORUSSEND, 1000.0F * v.chorus);
      fluid_synth_set_gen(s, channel, GEN_VOLENVRELEASE, second ? v.doubling.release_cents : v.release_cents);
    }
    const Reverb& r = style.reverb;
    fluid_synth_set_reverb_group_roomsize(synth_.get(), layer, r.room);
    fluid_synth_set_reverb_group_damp(synth_.get(), layer, r.damp);
    fluid_synth_set_reverb_group_width(synth_.get(), layer, r.width);
    fluid_synth_set_reverb_group_level(synth_.get(), layer, reverb_level(r.room));
    fluid_synth_chorus_on(synth_.get(), layer, v.chorus > 0.0F ? 1 : 0);
    filters_[index(layer)] = kUnset;
    set_filter(layer);
  }

  void set_filter(int layer) {
    const float cents = voice(layer).filter_cents * (now_.brightness - kNeutralBrightness);
    float& present = filters_[index(layer)];
    if (std::abs(cents - present) < kFilterStepCents) return;
    present = cents;
    for (const int channel :
         {kNoteChannel[index(layer)], kAccentChannel[index(layer)], kDoublingChannel[index(layer)]}) {
      if (channel >= 0) fluid_synth_set_gen(synth_.get(), channel, GEN_FILTERFC, cents);
    }
  }

  void note_on(int layer, const stream::NoteEvent& event) {
    if (!played_) begin();
    if (programmed_[index(layer)] != style_) set_up(layer);
    const Style& style = style_at(style_);
    const int key = sounding_key(style, event);
    const int velocity = shaped_velocity(style, event, settings_.seed, goal_.intensity);
    // A repeated pitch: the note before ends, whichever channel it was on.
    if (event.layer != Layer::kDrums) note_off(layer, event.pitch);
    fluid_synth_noteon(synth_.get(), event.accent ? kAccentChannel[index(layer)] : kNoteChannel[index(layer)], key,
                       velocity);
    const Doubling& doubling = voice(layer).doubling;
    if (doubling.program >= 0 && event.layer != Layer::kDrums) {
      const int second = std::clamp(key + 12 * doubling.octave, 0, 127);
      fluid_synth_noteon(synth_.get(), kDoublingChannel[index(layer)], second,
                         std::clamp(static_cast<int>(static_cast<float>(velocity) * doubling.velocity), 1, 127));
      doubled_[index(layer)][event.pitch] = static_cast<std::int8_t>(second);
    }
    sounding_[index(layer)][event.pitch] = static_cast<std::int8_t>(key);
  }

  /// Before the first note: nothing sounds that a jump could disturb.
  void begin() {
    played_ = true;
    for (int i = 0; i < kLayers; ++i) {
      if (programmed_[index(i)] != style_) set_up(i);
      gains_[index(i)] = goal_gains(i);
    }
    fixed_gain_ = factor_of(style_at(style_).start_gain_db);
  }

  /// By what was started, not by the table: the style may have changed since.
  void note_off(int layer, std::uint8_t pitch) {
    std::int8_t& key = sounding_[index(layer)][pitch];
    std::int8_t& second = doubled_[index(layer)][pitch];
    if (key >= 0) {
      fluid_synth_noteoff(synth_.get(), kNoteChannel[index(layer)], key);
      fluid_synth_noteoff(synth_.get(), kAccentChannel[index(layer)], key);
    }
    if (second >= 0) fluid_synth_noteoff(synth_.get(), kDoublingChannel[index(layer)], second);
    key = second = -1;
  }

  LayerGain goal_gains(int layer) const {
    const float dynamics_db = kQuietestDb + (kLoudestDb - kQuietestDb) * now_.intensity;
    const float gain_db = voice(layer).gain_db;
    return {factor_of(gain_db + dynamics_db), factor_of(gain_db + std::max(dynamics_db, kAccentFloorDb) + kAccentDb)};
  }

  void make_block() {
    follow_style();
    now_.intensity += kSmoothing * (goal_.intensity - now_.intensity);
    now_.brightness += kSmoothing * (goal_.brightness - now_.brightness);
    now_.led += kSmoothing * (goal_.led - now_.led);
    for (int layer = 0; layer < kLayers; ++layer) set_filter(layer);
    for (auto& group : dry_) {
      for (Side& side : group) side.fill(0.0F);
    }
    for (auto& unit_buffers : wet_) {
      for (Side& side : unit_buffers) side.fill(0.0F);
    }
    fluid_synth_process(synth_.get(), kBlockFrames, static_cast<int>(wet_pointers_.size()), wet_pointers_.data(),
                        static_cast<int>(dry_pointers_.size()), dry_pointers_.data());
    mix_.fill(0.0F);
    for (int layer = 0; layer < kLayers; ++layer) balance(layer);
    level();
    taken_ = 0;
  }

  /// Dry notes, accents and effects of one layer, with its gains, into its stem; and the stem into the mix.
  void balance(int layer) {
    LayerGain& gain = gains_[index(layer)];
    const LayerGain goal = goal_gains(layer);
    // Smoothed again: a change of style moves a layer's balance at once.
    const LayerGain next{gain.notes + kSmoothing * (goal.notes - gain.notes),
                         gain.accents + kSmoothing * (goal.accents - gain.accents)};
    const float notes_step = (next.notes - gain.notes) / kBlockFrames;
    const float accents_step = (next.accents - gain.accents) / kBlockFrames;
    auto& stem = layers_[index(layer)];
    for (int side = 0; side < 2; ++side) {
      const Side& notes = dry_[index(kNoteChannel[index(layer)])][index(side)];
      const Side& accents = dry_[index(kAccentChannel[index(layer)])][index(side)];
      const Side& wet = wet_[index(layer)][index(side)];
      for (int i = 0; i < kBlockFrames; ++i) {
        const float t = static_cast<float>(i);
        const float sample = (notes[index(i)] + wet[index(i)]) * (gain.notes + t * notes_step) +
                             accents[index(i)] * (gain.accents + t * accents_step);
        stem[index(2 * i + side)] = sample;
        mix_[index(2 * i + side)] += sample;
      }
    }
    gain = next;
  }

  /// The same gain on every stem; the mix is their sum, in order, so that it stays so to the last bit.
  void level() {
    BlockGain gain;
    if (settings_.level) {
      const auto db = [](float share) { return static_cast<double>((kLoudestDb - kQuietestDb + kTiltDb) * share); };
      gain = leveller_.next(mix_, db(now_.led), db(now_.asked));
    } else {
      gain.from = fixed_gain_;
      fixed_gain_ += kSmoothing * (factor_of(style_at(style_).start_gain_db) - fixed_gain_);
      gain.to = fixed_gain_;
    }
    const float step = (gain.to - gain.from) / kBlockFrames;
    mix_.fill(0.0F);
    for (auto& stem : layers_) {
      for (int i = 0; i < kBlockFrames; ++i) {
        const float factor = gain.from + static_cast<float>(i) * step;
        for (int side = 0; side < 2; ++side) {
          float& sample = stem[index(2 * i + side)];
          sample *= factor;
          mix_[index(2 * i + side)] += sample;
        }
      }
    }
  }

  static constexpr float kUnset = 1e9F;

  SynthSettings settings_;
  SoundfontChoice font_;
  SettingsHandle fluid_;
  SynthHandle synth_;
  int font_id_;
  std::atomic<int> wanted_style_;
  int style_;
  LoudnessLeveller leveller_;
  float fixed_gain_ = 1.0F;
  stream::Expression now_, goal_;
  bool played_ = false;

  std::array<int, kLayers> programmed_{};  ///< style of each layer's instruments
  std::array<float, kLayers> filters_{};   ///< cents applied
  std::array<LayerGain, kLayers> gains_{};
  Keys sounding_ = nothing_sounds();
  Keys doubled_ = nothing_sounds();

  std::array<std::array<Side, 2>, kDryGroups> dry_{};
  std::array<std::array<Side, 2>, kLayers> wet_{};
  std::array<float*, 2 * kDryGroups> dry_pointers_{};
  std::array<float*, kLayers * kEffects * 2> wet_pointers_{};
  std::array<std::array<float, 2 * kBlockFrames>, kLayers> layers_{};
  std::array<float, 2 * kBlockFrames> mix_{};
  int taken_ = kBlockFrames;  ///< frames of the present block handed out
};

Result<void> check(const SynthSettings& settings) {
  if (settings.style < 0 || settings.style >= stream::kStyles) {
    return fail(ErrorCode::kUsage, "style " + std::to_string(settings.style) + " is not one of 0…7");
  }
  if (settings.polyphony < 16 || settings.polyphony > 512) {
    return fail(ErrorCode::kUsage, "polyphony " + std::to_string(settings.polyphony) + " is outside 16…512");
  }
  if (!(settings.target_lufs >= -30.0 && settings.target_lufs <= -10.0)) {
    return fail(ErrorCode::kUsage,
                "target loudness " + std::to_string(settings.target_lufs) + " is outside -30…-10 LUFS");
  }
  return {};
}

SettingsHandle make_settings(const SynthSettings& settings) {
  SettingsHandle fluid(new_fluid_settings());
  if (!fluid) return fluid;
  fluid_settings_t* s = fluid.get();
  fluid_settings_setnum(s, "synth.sample-rate", kRateHz);
  fluid_settings_setnum(s, "synth.gain", 0.5);
  fluid_settings_setint(s, "synth.audio-channels", kDryGroups);
  fluid_settings_setint(s, "synth.audio-groups", kDryGroups);
  fluid_settings_setint(s, "synth.effects-groups", kLayers);
  fluid_settings_setint(s, "synth.polyphony", settings.polyphony);
  fluid_settings_setint(s, "synth.cpu-cores", 1);
  fluid_settings_setint(s, "synth.dynamic-sample-loading", 1);
  fluid_settings_setint(s, "synth.threadsafe-api", 0);  // one thread at a time, by the port's contract
  fluid_settings_setint(s, "synth.lock-memory", 0);     // bare containers have no right to
  fluid_settings_setint(s, "synth.reverb.active", 1);
  fluid_settings_setint(s, "synth.chorus.active", 1);
  fluid_settings_setint(s, "synth.chorus.nr", 3);
  fluid_settings_setnum(s, "synth.chorus.level", 1.0);
  fluid_settings_setnum(s, "synth.chorus.speed", 0.35);
  fluid_settings_setnum(s, "synth.chorus.depth", 6.0);
  return fluid;
}

/// With its samples read on demand, an instrument's first use, or a change of style, would take the sound's thread 20
/// ms. All that any style names: 0.15 s and 60 MB of the soundfont that is shipped with Debian.
void keep_instruments(fluid_synth_t* synth, int font_id) {
  for (int style = 0; style < stream::kStyles; ++style) {
    for (int layer = 0; layer < kLayers; ++layer) {
      const Voice& voice = style_at(style).voices[static_cast<std::size_t>(layer)];
      const int bank = layer == static_cast<int>(Layer::kDrums) ? kDrumBank : 0;
      // One that a smaller soundfont lacks is replaced when it is selected.
      if (voice.program >= 0) fluid_synth_pin_preset(synth, font_id, bank, voice.program);
      if (voice.doubling.program >= 0) fluid_synth_pin_preset(synth, font_id, 0, voice.doubling.program);
    }
  }
}

}  // namespace

Result<std::unique_ptr<ScoreSynthesiser>> make_fluid_synthesiser(const SynthSettings& settings) {
  if (auto checked = check(settings); !checked) return tl::unexpected<Error>(checked.error());
  auto font = find_soundfont(settings.soundfont);
  if (!font) return tl::unexpected<Error>(font.error());
  const detail::FluidLog log;
  SettingsHandle fluid = make_settings(settings);
  SynthHandle synth(fluid ? new_fluid_synth(fluid.get()) : nullptr);
  if (!synth) return fail(ErrorCode::kInternal, "FluidSynth did not start: " + log.last());
  if (fluid_synth_count_audio_channels(synth.get()) != kDryGroups ||
      fluid_synth_count_effects_groups(synth.get()) != kLayers ||
      fluid_synth_get_internal_bufsize(synth.get()) != kBlockFrames) {
    return fail(ErrorCode::kInternal,
                "this FluidSynth does not give one output per layer; version 2.1 or newer is needed");
  }
  const int font_id = fluid_synth_sfload(synth.get(), font->path.c_str(), 0);
  if (font_id == FLUID_FAILED) {
    return fail(ErrorCode::kOutput, "soundfont '" + font->path + "' cannot be read (" + log.last() +
                                        "); install fluid-soundfont-gm or set PHOTOPLAYER_SOUNDFONT");
  }
  keep_instruments(synth.get(), font_id);
  return std::make_unique<FluidSynthesiser>(settings, std::move(*font), std::move(fluid), std::move(synth), font_id);
}

}  // namespace photoplayer::model
