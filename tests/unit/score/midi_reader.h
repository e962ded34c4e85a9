// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A strict little reader of standard MIDI files, for tests: refuses whatever is not as the standard says.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace photoplayer::test {

struct MidiMessage {
  std::int64_t tick = 0;
  int status = 0;  ///< 0xFF for meta
  int first = 0;   ///< data byte, or the meta type
  int second = 0;
  std::string data;  ///< of a meta message
};

struct MidiContent {
  int format = 0;
  int ticks_per_beat = 0;
  std::vector<std::vector<MidiMessage>> tracks;
};

class MidiReader {
 public:
  explicit MidiReader(std::string_view bytes) : bytes_(bytes) {}

  std::optional<MidiContent> read() {
    MidiContent content;
    if (text(4) != "MThd" || number(4) != 6) return std::nullopt;
    content.format = number(2);
    const int tracks = number(2);
    content.ticks_per_beat = number(2);
    for (int i = 0; i < tracks && good_; ++i) content.tracks.push_back(track());
    if (!good_ || at_ != bytes_.size()) return std::nullopt;
    return content;
  }

 private:
  std::string text(std::size_t count) {
    if (at_ + count > bytes_.size()) {
      good_ = false;
      return {};
    }
    at_ += count;
    return std::string(bytes_.substr(at_ - count, count));
  }
  int number(std::size_t count) {
    int value = 0;
    for (const char c : text(count)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  int variable() {
    int value = 0;
    for (int i = 0; i < 4; ++i) {
      const int byte = number(1);
      value = value << 7 | (byte & 0x7F);
      if (byte < 0x80) return value;
    }
    good_ = false;
    return 0;
  }
  std::vector<MidiMessage> track() {
    std::vector<MidiMessage> messages;
    if (text(4) != "MTrk") good_ = false;
    const auto end = static_cast<std::size_t>(number(4)) + at_;
    MidiMessage m;
    bool ended = false;
    while (good_ && at_ < end) {
      m.tick += variable();
      m.status = number(1);
      if (m.status < 0x80 || ended) good_ = false;
      m.first = number(1);
      m.data.clear();
      if (m.status == 0xFF) {
        m.data = text(static_cast<std::size_t>(variable()));
        ended = m.first == 0x2F;
      } else if ((m.status & 0xE0) != 0xC0) {
        m.second = number(1);
      }
      if (m.status != 0xFF && (m.first > 127 || m.second > 127)) good_ = false;
      messages.push_back(m);
    }
    if (at_ != end || !ended) good_ = false;
    return messages;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  bool good_ = true;
};

}  // namespace photoplayer::test
