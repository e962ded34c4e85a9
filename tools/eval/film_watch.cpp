// SPDX-License-Identifier: Apache-2.0
#include "eval/film_watch.h"

#include "media/film_reader.h"

#include <photoplayer/perception/content_detector.h>
#include <photoplayer/perception/fast_path.h>
#include <photoplayer/perception/frame_scaler.h>
#include <photoplayer/train/loudness.h>
#include <photoplayer/train/onsets.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace photoplayer::tools {
namespace {

struct Seen {
  double time_s, score;
  stream::FastObservation fast;
};

/// The last frame's value at each step.
template <typename Value>
std::vector<double> steps(const std::vector<Seen>& seen, double length_s, int rate_hz, Value value) {
  std::vector<double> curve(static_cast<std::size_t>(length_s * rate_hz));
  std::size_t at = 0;
  for (std::size_t i = 0; i < curve.size(); ++i) {
    while (at + 1 < seen.size() && seen[at + 1].time_s <= static_cast<double>(i) / rate_hz + 1e-9) ++at;
    curve[i] = value(seen[at]);
  }
  return curve;
}

std::vector<double> smooth(const std::vector<double>& curve, std::size_t reach) {
  std::vector<double> result(curve.size());
  for (std::size_t i = 0; i < curve.size(); ++i) {
    const std::size_t from = i - std::min(i, reach), to = std::min(i + reach + 1, curve.size());
    for (std::size_t k = from; k < to; ++k) result[i] += curve[k] / static_cast<double>(to - from);
  }
  return result;
}

class Watcher {
 public:
  Result<void> see(const FilmFrame& shown) {
    GstSample* sample = shown.sample.get();
    GstVideoInfo info;
    if (gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) == 0)
      return fail(ErrorCode::kBadInput, "the film has frames of a kind that cannot be read");
    info.fps_n = 0;  // libgstvideo refuses to convert between infos with different frame rates
    info.fps_d = 1;
    if (!scaler_ || !scaler_->fits(info)) {
      auto scaler = perception::FrameScaler::make(info, stream::StillKind::kClip);
      if (!scaler) return tl::unexpected(scaler.error());
      scaler_.emplace(std::move(*scaler));
    }
    GstVideoFrame frame;
    if (gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ) == 0)
      return fail(ErrorCode::kBadInput, "the film has a frame that cannot be read");
    const auto thumb = scaler_->thumb(frame);
    const bool fine = thumb.has_value();
    if (fine) {
      const auto fast = fast_.observe(*thumb, shown.time_s);
      for (const auto& event : fast_.events())
        if (event.kind == stream::VisualEventKind::kBeat) curves_.beats_s.push_back(event.time_s);
      if (const auto whole = scaler_->still(frame)) {
        const auto cut = cuts_.add(*whole);
        seen_.push_back({shown.time_s, cuts_.score(), fast});
        if (cut && *cut < static_cast<std::int64_t>(seen_.size()))
          curves_.cuts_s.push_back(seen_[static_cast<std::size_t>(*cut)].time_s);
      }
    }
    gst_video_frame_unmap(&frame);
    return fine ? Result<void>() : tl::unexpected(thumb.error());
  }

  FilmCurves finish(double end_s) {
    curves_.length_s = end_s;
    if (seen_.empty()) return curves_;
    const auto score = steps(seen_, end_s, train::kCurveRate_hz, [](const Seen& s) { return s.score; });
    curves_.novelty.assign(score.size(), 0.0);
    for (std::size_t i = 1; i < score.size(); ++i) curves_.novelty[i] = std::max(0.0, score[i] - score[i - 1]);
    constexpr std::size_t kReach = 3 * train::kLoudnessRate_hz / 2;
    const auto motion = [](const Seen& s) { return static_cast<double>(s.fast.motion); };
    const auto light = [](const Seen& s) { return static_cast<double>(s.fast.brightness); };
    curves_.motion_smooth = smooth(steps(seen_, end_s, train::kLoudnessRate_hz, motion), kReach);
    curves_.brightness = smooth(steps(seen_, end_s, train::kLoudnessRate_hz, light), kReach);
    for (const Seen& s : seen_)
      curves_.warmth += static_cast<double>(s.fast.warmth) / static_cast<double>(seen_.size());
    return curves_;
  }

 private:
  std::optional<perception::FrameScaler> scaler_;
  perception::FastPath fast_;
  // No look-ahead, so that a cut keeps its own time; nothing is merged.
  perception::ContentDetector cuts_{{27.0, 8, perception::CutFilter::kSuppress}};
  std::vector<Seen> seen_;
  FilmCurves curves_;
};

}  // namespace

Result<FilmCurves> watch_film(const std::filesystem::path& film, const std::atomic<bool>& cancelled) {
  auto reader = FilmReader::open(film, cancelled);
  if (!reader) return tl::unexpected(reader.error());
  Watcher watcher;
  while (true) {
    auto frame = (*reader)->next();
    if (!frame) return tl::unexpected(frame.error());
    if (!*frame) return watcher.finish((*reader)->end_s());
    if (auto seen = watcher.see(**frame); !seen) return tl::unexpected(seen.error());
  }
}

}  // namespace photoplayer::tools
