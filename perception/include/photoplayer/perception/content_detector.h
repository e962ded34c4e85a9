// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Scene cuts as PySceneDetect 0.6.6 finds them with its ContentDetector, for what was trained on them: same
/// downscaling, same 8-bit HSV, same score, same filter. Offline it merges, as PySceneDetect does by default; what must
/// know a cut when it happens suppresses. (The fast path's own detector, which also knows flashes and dissolves and
/// works at any frame rate, is not this one.) One thread at a time.
/// Tested in tests/unit/perception/content_detector_test.cpp and, on films, in tests/unit/tools/film_cuts_test.cpp.
#include <photoplayer/stream/picture.h>

#include <cstdint>
#include <memory>
#include <optional>

namespace photoplayer::perception {

/// What becomes of a cut within `min_scene_frames` of the one before.
enum class CutFilter : std::uint8_t {
  kMerge,     ///< a burst of cuts becomes one, at its last frame, known `min_scene_frames` later
  kSuppress,  ///< it is left out; no look-ahead
};

struct ContentSettings {
  double threshold = 27.0;    ///< of the score, 0…255
  int min_scene_frames = 15;  ///< at most 0: every frame that reaches the threshold is a cut
  CutFilter filter = CutFilter::kMerge;
};

class ContentDetector {
 public:
  explicit ContentDetector(const ContentSettings& settings = {});
  ~ContentDetector();
  ContentDetector(ContentDetector&&) noexcept;
  ContentDetector& operator=(ContentDetector&&) noexcept;

  /// The next frame of the film, in RGB and at its full size. Returns the number (from 0) of the frame that begins a
  /// new scene, once that is certain. A frame of another size than the first, or an empty one, is counted but not
  /// looked at.
  [[nodiscard]] std::optional<std::int64_t> add(const stream::PictureView& frame);

  /// How much the last frame that was looked at differs from the one before: the mean absolute difference of hue
  /// (0…179), saturation and value (0…255), averaged over the three; 0 for the first.
  [[nodiscard]] double score() const noexcept;

  /// The next frame is the first of a film.
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace photoplayer::perception
