// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the user set. Kept under the element's object lock, copied out whole.
#include <photoplayer/stream/controls.h>
#include <photoplayer/stream/engine.h>

#include <cstdint>
#include <optional>
#include <string>

namespace photoplayer::gst {

inline constexpr std::uint64_t kRate_hz = 44100;

struct Settings {
  std::string bundle;
  std::uint64_t seed = 1;
  std::optional<int> steps;       ///< unset: the bundle's
  std::optional<float> guidance;  ///< unset: the bundle's
  stream::Mode mode = stream::Mode::kAligned;
  unsigned tail_ms = 0;
  bool post_messages = true;
  stream::Controls controls;
  std::string key = "auto";  ///< as the user wrote it
};

/// "C", "F#", "Bb", "Am", "D dorian", "G mixolydian"; "auto" or "" clears both. False, and nothing changed,
/// if it is none of these.
bool parse_key(const std::string& text, stream::Controls& controls);

}  // namespace photoplayer::gst
