// SPDX-License-Identifier: Apache-2.0
#include "photoplayer/model/midi_file.h"

#include "photoplayer/model/style_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace photoplayer::model {
namespace {

using stream::kLayers;
using stream::Layer;

constexpr std::array<int, kLayers> kChannels = {0, 1, 2, 3, 9};
constexpr float kMiddleIntensity = 0.5F;

/// Beats as knots: tick kTicksPerBeat · i is at times[i]; beyond the last the tempo goes on.
class TickMap {
 public:
  /// The film starts at tick 0; `lead` beats of pick-up end where the music begins.
  explicit TickMap(const MidiSettings& settings) {
    const double beat_s = 60.0 / settings.tempo_bpm;
    std::vector<double> beats = settings.beats_s;
    if (beats.empty()) beats.push_back(settings.first_beat_s);
    if (beats.size() == 1) beats.push_back(beats.front() + beat_s);
    const double lead_s = beats.front();
    if (lead_s > 1e-6) {
      lead_beats_ = std::max(1, static_cast<int>(std::lround(lead_s / (beats[1] - beats[0]))));
      for (int i = 0; i < lead_beats_; ++i) times_.push_back(lead_s * i / lead_beats_);
    }
    times_.insert(times_.end(), beats.begin(), beats.end());
  }

  [[nodiscard]] std::int64_t tick_at(double time_s) const {
    // The segment that holds the time, or the last one, prolonged.
    const auto after = std::upper_bound(times_.begin() + 1, times_.end() - 1, time_s);
    const auto i = static_cast<std::size_t>(after - times_.begin()) - 1;
    const double beat = static_cast<double>(i) + (time_s - times_[i]) / (times_[i + 1] - times_[i]);
    return std::max<std::int64_t>(0, std::llround(beat * kTicksPerBeat));
  }
  [[nodiscard]] std::size_t segments() const { return times_.size() - 1; }
  [[nodiscard]] int microseconds(std::size_t segment) const {
    return static_cast<int>(std::lround((times_[segment + 1] - times_[segment]) * 1e6));
  }
  [[nodiscard]] int lead_beats() const { return lead_beats_; }

 private:
  std::vector<double> times_;
  int lead_beats_ = 0;
};

void put_big(std::string& out, std::uint32_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>((value >> shift) & 0xFF));
}

class Track {
 public:
  void event(std::int64_t tick, std::initializer_list<int> bytes) {
    delta(tick);
    for (const int byte : bytes) body_.push_back(static_cast<char>(byte));
  }
  void meta(std::int64_t tick, int type, std::string_view data) {
    event(tick, {0xFF, type});
    number(static_cast<std::uint32_t>(data.size()));
    body_ += data;
  }
  [[nodiscard]] std::string finish(std::int64_t end_tick) {
    meta(std::max(end_tick, last_), 0x2F, {});
    std::string out = "MTrk";
    put_big(out, static_cast<std::uint32_t>(body_.size()), 4);
    return out + body_;
  }

 private:
  void delta(std::int64_t tick) {
    number(static_cast<std::uint32_t>(std::max<std::int64_t>(0, tick - last_)));
    last_ = std::max(last_, tick);
  }
  /// Variable length: seven bits a byte, the highest bit says that more follow.
  void number(std::uint32_t value) {
    std::array<char, 5> bytes{};
    std::size_t count = 0;
    do {
      bytes[count] = static_cast<char>((value & 0x7F) | (count == 0 ? 0U : 0x80U));
      ++count;
      value >>= 7;
    } while (value != 0);
    while (count > 0) body_.push_back(bytes[--count]);
  }
  std::string body_;
  std::int64_t last_ = 0;
};

struct Message {
  std::int64_t tick;
  int key;
  int velocity;  ///< 0 ends the note
};

void time_signature(Track& track, std::int64_t tick, int beats) {
  const std::array<char, 4> data = {static_cast<char>(beats), 2, 24, 8};  // quarters; 24 MIDI clocks each
  track.meta(tick, 0x58, {data.data(), data.size()});
}

std::string tempo_track(const TickMap& map, const MidiSettings& settings, std::int64_t end) {
  Track track;
  track.meta(0, 0x03, settings.title);
  if (map.lead_beats() > 0) time_signature(track, 0, std::min(map.lead_beats(), 127));
  int present = 0;
  for (std::size_t i = 0; i < map.segments(); ++i) {
    const auto tick = static_cast<std::int64_t>(i) * kTicksPerBeat;
    if (static_cast<int>(i) == map.lead_beats()) time_signature(track, tick, 4);
    const int us = std::clamp(map.microseconds(i), 1, 0xFFFFFF);
    if (us == present) continue;
    present = us;
    std::string data;
    put_big(data, static_cast<std::uint32_t>(us), 3);
    track.meta(tick, 0x51, data);
  }
  return track.finish(end);
}

/// Pairs ons and offs: a repeated pitch ends the note before it, and nothing sounds past the end.
std::vector<Message> messages_of(Layer layer, std::span<const TimedNote> notes, const TickMap& map,
                                 const MidiSettings& settings, std::int64_t end) {
  const Style& style = style_at(settings.style);
  const bool drums = layer == Layer::kDrums;
  std::vector<Message> messages;
  struct Sounding {
    int key = -1;
    std::int64_t since = 0;
  };
  std::array<Sounding, 128> sounding;
  const auto stop = [&](Sounding& note, std::int64_t tick) {
    // At least a tick long: an end that shares its beginning's tick would be sorted before it.
    if (note.key >= 0) messages.push_back({std::max(tick, note.since + 1), note.key, 0});
    note.key = -1;
  };
  for (const TimedNote& note : notes) {
    if (note.event.layer != layer || note.event.pitch > 127) continue;
    const std::int64_t tick = std::min(map.tick_at(note.time_s), end);
    Sounding& present = sounding[note.event.pitch];
    if (!note.event.on) {
      if (!drums) stop(present, tick);
      continue;
    }
    if (tick >= end) continue;
    const int key = sounding_key(style, note.event);
    const int velocity = shaped_velocity(style, note.event, settings.seed, kMiddleIntensity);
    if (drums) {  // a drum has no length; a thirty-second shows in every editor
      messages.push_back({tick, key, velocity});
      messages.push_back({std::min(tick + kTicksPerBeat / 8, end), key, 0});
      continue;
    }
    stop(present, tick);
    messages.push_back({tick, key, velocity});
    present = {key, tick};
  }
  for (Sounding& note : sounding) stop(note, end);
  // At one tick ends come first.
  std::stable_sort(messages.begin(), messages.end(), [](const Message& a, const Message& b) {
    return a.tick != b.tick ? a.tick < b.tick : (a.velocity == 0) > (b.velocity == 0);
  });
  return messages;
}

std::string layer_track(Layer layer, std::span<const TimedNote> notes, const TickMap& map, const MidiSettings& settings,
                        std::int64_t end) {
  const auto i = static_cast<std::size_t>(layer);
  const Voice& voice = style_at(settings.style).voices[i];
  const int channel = kChannels[i];
  const auto seven_bits = [](float value) { return std::clamp(static_cast<int>(std::lround(value)), 0, 127); };
  Track track;
  track.meta(0, 0x03, stream::layer_name(layer));
  track.event(0, {0xC0 | channel, voice.program});
  // General MIDI: volume in dB is 40 · log10(value / 127).
  track.event(0, {0xB0 | channel, 7, seven_bits(112.0F * std::pow(10.0F, voice.gain_db / 40.0F))});
  track.event(0, {0xB0 | channel, 10, seven_bits(64.0F + 63.0F * voice.pan)});
  track.event(0, {0xB0 | channel, 91, seven_bits(127.0F * voice.reverb)});
  track.event(0, {0xB0 | channel, 93, seven_bits(127.0F * voice.chorus)});
  for (const Message& m : messages_of(layer, notes, map, settings, end)) {
    track.event(m.tick, {(m.velocity > 0 ? 0x90 : 0x80) | channel, m.key, m.velocity > 0 ? m.velocity : 64});
  }
  return track.finish(end);
}

Result<void> check(std::span<const TimedNote> notes, const MidiSettings& settings) {
  if (!(settings.tempo_bpm >= 4.0 && settings.tempo_bpm <= 1000.0)) {
    return fail(ErrorCode::kUsage, "MIDI file: tempo " + std::to_string(settings.tempo_bpm) + " is outside 4…1000 BPM");
  }
  double last = -1e-9;
  for (const double beat : settings.beats_s) {
    if (!std::isfinite(beat) || !(beat > last)) {
      return fail(ErrorCode::kUsage,
                  "MIDI file: the beat at " + std::to_string(beat) + " s is not after the one before");
    }
    last = beat;
  }
  for (const TimedNote& note : notes) {
    if (!std::isfinite(note.time_s)) return fail(ErrorCode::kUsage, "MIDI file: a note has no time");
  }
  return {};
}

}  // namespace

Result<std::string> write_midi(std::span<const TimedNote> notes, const MidiSettings& settings) {
  if (auto checked = check(notes, settings); !checked) return tl::unexpected<Error>(checked.error());
  const TickMap map(settings);
  std::vector<TimedNote> ordered(notes.begin(), notes.end());
  // Ends before beginnings, so that a repeated pitch is not cut at once.
  std::stable_sort(ordered.begin(), ordered.end(), [](const TimedNote& a, const TimedNote& b) {
    return a.time_s != b.time_s ? a.time_s < b.time_s : a.event.on < b.event.on;
  });
  double last_s = settings.duration_s;
  if (!ordered.empty() && last_s <= 0.0) last_s = ordered.back().time_s + 2.0;
  const std::int64_t end = map.tick_at(std::max(last_s, 0.0));
  std::string out = "MThd";
  put_big(out, 6, 4);
  put_big(out, 1, 2);
  put_big(out, kLayers + 1, 2);
  put_big(out, kTicksPerBeat, 2);
  out += tempo_track(map, settings, end);
  for (int layer = 0; layer < kLayers; ++layer) {
    out += layer_track(static_cast<Layer>(layer), ordered, map, settings, end);
  }
  return out;
}

}  // namespace photoplayer::model
