// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The picture half of a training pair: draws scenes whose cuts, motion and colours follow a piece of music,
/// loosely. Colours follow mood and style; cuts fall near bar lines; motion, pulses and flashes follow onsets
/// with drop-outs, jitter, spurious events and a strength that is drawn per piece, so that a learner must
/// weigh what it sees. A pure function of (piece, seed, settings, time): any frame rate, any order, same
/// pixels. Any thread may render. Also draws the project's demo clip and the clips with known cuts
/// (tool/render_clip.cpp).
#include <photoplayer/train/piece.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace photoplayer::train {

enum class SceneKind : std::uint8_t { kHills, kSea, kCity, kBokeh, kShapes, kRays, kTexture, kPlain };
inline constexpr int kSceneKinds = 8;
[[nodiscard]] const char* scene_kind_name(SceneKind kind) noexcept;
[[nodiscard]] std::optional<SceneKind> scene_kind(std::string_view name) noexcept;

enum class PlannedKind : std::uint8_t { kCut, kDissolve, kFlash };
[[nodiscard]] const char* planned_kind_name(PlannedKind kind) noexcept;

/// Something sudden that the picture does, for tests and side files.
struct PlannedEvent {
  double time_s = 0.0;
  PlannedKind kind = PlannedKind::kCut;
  float strength = 1.0F;  ///< 0…1
};

/// A scene that the caller wants at a known time. What is unset is drawn from the seed.
struct SceneWish {
  double from_s = 0.0;  ///< a hard cut exactly here, except for the first
  std::optional<SceneKind> kind;
  std::optional<float> valence, arousal;  ///< unset: strong contrast to the scene before
};

struct RenderSettings {
  std::optional<float> coupling;       ///< 0…1, how strongly the picture follows the music; unset: drawn per piece
  float mismatch_probability = 0.08F;  ///< of a picture that has nothing to do with the piece
  /// Of a single shot of someone or something that keeps the beat, without a cut: dance, sport, gesture.
  float one_take_probability = 0.15F;
  bool calm = false;              ///< slow motion only: no flashes, pulses, hops or figures
  bool grain = true;              ///< camera noise, of a strength drawn per piece
  std::vector<SceneWish> scenes;  ///< if not empty: exactly these, no other cuts
};

class PictureRenderer {
 public:
  PictureRenderer(const Piece& piece, std::uint64_t seed, const RenderSettings& settings = {});
  ~PictureRenderer();
  PictureRenderer(PictureRenderer&&) noexcept;
  PictureRenderer& operator=(PictureRenderer&&) noexcept;

  /// Fills `rgb`, [height, width, 3] bytes. The picture is composed for 16:9 and stretched to anything else.
  void render(double time_s, std::span<std::uint8_t> rgb, int width, int height) const;

  [[nodiscard]] std::span<const PlannedEvent> events() const noexcept;  ///< in time order
  [[nodiscard]] double duration_s() const noexcept;
  /// How strongly this picture follows the music; 0 if it is mismatched.
  [[nodiscard]] float coupling() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace photoplayer::train
