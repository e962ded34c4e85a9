// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The harmony of a piece without an end: movements of a few eight-bar phrases, each with a form (A A B A, verse and
/// chorus, …) and themes of its own, so that what is heard comes back and yet nothing goes round. The themes are
/// written as the composer of the training music writes them. Four beats to a bar. No LibTorch; one thread.
#include <photoplayer/harmony/phrase.h>
#include <photoplayer/stream/notes.h>

#include <array>
#include <cstdint>
#include <vector>

namespace photoplayer::model {

class HarmonyPlan {
 public:
  HarmonyPlan() = default;
  HarmonyPlan(std::uint64_t seed, int style, stream::ScaleMode scale);

  struct Chord {
    int root = 0;              ///< pitch class above the tonic
    std::uint16_t chroma = 0;  ///< bit p: pitch class p above the tonic
  };
  [[nodiscard]] Chord chord(std::int64_t beat);

  /// An eight-bar phrase as texture: what the director adds to what the picture asks for.
  struct Phrase {
    std::uint64_t theme = 0;                        ///< equal numbers, equal music
    bool closes = false;                            ///< ends at home
    float lift = 0.0F;                              ///< of intensity
    std::array<float, stream::kLayers> lateness{};  ///< a layer enters at this much more intensity, or less
  };
  [[nodiscard]] const Phrase& phrase_of_bar(std::int64_t bar);

 private:
  void write_movement();

  std::uint64_t seed_ = 0;
  int style_ = 0;
  stream::ScaleMode scale_ = stream::ScaleMode::kMajor;
  int movements_ = 0;
  std::vector<Phrase> phrases_;
  std::vector<Chord> beats_;
};

}  // namespace photoplayer::model
