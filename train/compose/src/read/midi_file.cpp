// SPDX-License-Identifier: Apache-2.0
#include "midi_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace photoplayer::train::detail {
namespace {

/// Never reads past its end: every getter says whether it could.
class Cursor {
 public:
  explicit Cursor(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }
  std::optional<std::uint8_t> byte() {
    if (left() < 1) return std::nullopt;
    return bytes_[at_++];
  }
  [[nodiscard]] std::optional<std::uint8_t> peek() const {
    if (left() < 1) return std::nullopt;
    return bytes_[at_];
  }
  std::optional<std::uint32_t> big_endian(std::size_t count) {
    if (left() < count) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = (value << 8U) | bytes_[at_++];
    return value;
  }
  /// At most four bytes, as the format says.
  std::optional<std::uint32_t> variable_length() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const auto next = byte();
      if (!next) return std::nullopt;
      value = (value << 7U) | (*next & 0x7FU);
      if ((*next & 0x80U) == 0) return value;
    }
    return std::nullopt;
  }
  std::optional<std::span<const std::uint8_t>> take(std::size_t count) {
    if (left() < count) return std::nullopt;
    const auto part = bytes_.subspan(at_, count);
    at_ += count;
    return part;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

struct Sounding {
  std::int64_t start = -1;
  std::uint8_t velocity = 0, program = 0;
};

class TrackReader {
 public:
  TrackReader(MidiFile& file, int track, std::array<std::uint8_t, 16>& programs)
      : file_(file), track_(track), programs_(programs) {}

  /// False when the bytes are not a well-formed track.
  bool read(Cursor cursor) {
    std::uint8_t running = 0;
    while (cursor.left() > 0) {
      const auto delta = cursor.variable_length();
      if (!delta) return false;
      tick_ += *delta;
      const auto first = cursor.peek();
      if (!first) return false;
      std::uint8_t status = *first;
      if ((status & 0x80U) != 0)
        (void)cursor.byte();
      else
        status = running;
      if (status == 0xFF) {
        const auto type = cursor.byte();
        const auto length = cursor.variable_length();
        if (!type || !length) return false;
        const auto data = cursor.take(*length);
        if (!data) return false;
        running = 0;
        if (*type == 0x2F) break;
        meta(*type, *data);
      } else if (status == 0xF0 || status == 0xF7) {
        const auto length = cursor.variable_length();
        if (!length || !cursor.take(*length)) return false;
        running = 0;
      } else if (status >= 0x80 && status < 0xF0) {
        running = status;
        const auto a = cursor.byte();
        if (!a || *a > 127) return false;
        std::uint8_t b = 0;
        const unsigned kind = status & 0xF0U;
        if (kind != 0xC0U && kind != 0xD0U) {
          const auto second = cursor.byte();
          if (!second || *second > 127) return false;
          b = *second;
        }
        channel_event(kind, static_cast<std::uint8_t>(status & 0x0FU), *a, b);
      } else {
        return false;  // a data byte without a status before it, or a real-time byte that no file may hold
      }
    }
    for (std::size_t i = 0; i < sounding_.size(); ++i)
      end_note(static_cast<std::uint8_t>(i / 128), static_cast<std::uint8_t>(i % 128));
    return true;
  }

 private:
  void meta(std::uint8_t type, std::span<const std::uint8_t> data) {
    if (type == 0x51 && data.size() >= 3) {
      const unsigned us = (static_cast<unsigned>(data[0]) << 16U) | (static_cast<unsigned>(data[1]) << 8U) | data[2];
      if (us > 0) file_.tempos.push_back({tick_, 60e6 / us});
    } else if (type == 0x58 && data.size() >= 2 && data[0] > 0 && data[1] <= 6) {
      file_.metres.push_back({tick_, data[0], 1 << data[1]});
    }
  }
  void channel_event(unsigned kind, std::uint8_t channel, std::uint8_t a, std::uint8_t b) {
    if (kind == 0xC0U) {
      programs_[channel] = a;
    } else if (kind == 0x90U && b > 0) {
      end_note(channel, a);
      sounding_[static_cast<std::size_t>(channel) * 128 + a] = {tick_, b, programs_[channel]};
    } else if (kind == 0x80U || kind == 0x90U) {
      end_note(channel, a);
    }
  }
  void end_note(std::uint8_t channel, std::uint8_t pitch) {
    Sounding& note = sounding_[static_cast<std::size_t>(channel) * 128 + pitch];
    if (note.start < 0) return;
    if (tick_ > note.start || channel == 9)
      file_.notes.push_back(
          {note.start, std::max(tick_, note.start + 1), channel, pitch, note.velocity, note.program, track_});
    note.start = -1;
  }

  MidiFile& file_;
  int track_;
  std::array<std::uint8_t, 16>& programs_;
  std::int64_t tick_ = 0;
  std::array<Sounding, 16 * 128> sounding_{};
};

}  // namespace

Result<MidiFile> parse_midi(std::span<const std::uint8_t> bytes, const std::string& name) {
  const auto bad = [&](const char* what) {
    return fail(ErrorCode::kBadInput, "cannot read '" + name + "' as a MIDI file: " + what);
  };
  Cursor cursor(bytes);
  const auto magic = cursor.take(4);
  if (!magic || std::memcmp(magic->data(), "MThd", 4) != 0) return bad("it does not begin with MThd");
  const auto header_length = cursor.big_endian(4);
  if (!header_length || *header_length < 6) return bad("its header is cut off");
  const auto header = cursor.take(*header_length);
  if (!header) return bad("its header is cut off");
  const int format = ((*header)[0] << 8) | (*header)[1];
  const int division = ((*header)[4] << 8) | (*header)[5];
  if (format > 1) return bad("only formats 0 and 1 are known");
  if (division == 0 || (division & 0x8000) != 0) return bad("its times are not in ticks per quarter note");
  MidiFile file;
  file.ticks_per_quarter = division;
  // Programs belong to channels, not tracks: piano staves often share one that only the first sets.
  std::array<std::uint8_t, 16> programs{};
  int tracks = 0;
  while (cursor.left() > 0) {
    const auto kind = cursor.take(4);
    const auto length = cursor.big_endian(4);
    if (!kind || !length) return bad("a chunk is cut off");
    const auto chunk = cursor.take(*length);
    if (!chunk) return bad("a chunk is longer than the file");
    if (std::memcmp(kind->data(), "MTrk", 4) != 0) continue;
    if (!TrackReader(file, tracks++, programs).read(Cursor(*chunk))) return bad("a track is malformed");
  }
  if (tracks == 0) return bad("it holds no track");
  const auto by_tick = [](const auto& a, const auto& b) { return a.tick < b.tick; };
  std::stable_sort(file.tempos.begin(), file.tempos.end(), by_tick);
  std::stable_sort(file.metres.begin(), file.metres.end(), by_tick);
  std::stable_sort(file.notes.begin(), file.notes.end(),
                   [](const MidiNote& a, const MidiNote& b) { return a.start_tick < b.start_tick; });
  for (const MidiNote& note : file.notes) file.end_tick = std::max(file.end_tick, note.end_tick);
  return file;
}

}  // namespace photoplayer::train::detail
