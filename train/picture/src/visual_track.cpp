// SPDX-License-Identifier: Apache-2.0
#include "random.h"

#include <photoplayer/kernels/rgb_uv_histogram.h>
#include <photoplayer/perception/fast_path.h>
#include <photoplayer/stream/picture.h>
#include <photoplayer/train/visual_track.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace photoplayer::train {
namespace {

using stream::kThumbHeight;
using stream::kThumbWidth;

/// Slow rates are the most common here because they cost least; the observations hardly depend on the rate.
constexpr std::array<int, 10> kRates = {10, 10, 12, 12, 12, 15, 15, 15, 24, 30};

/// Reads what has been seen off a timeline as it grows: a Timeline remembers two minutes, a piece may be
/// longer.
class GridReader {
 public:
  GridReader(const Piece& piece, VisualTrack& track)
      : track_(track), step_s_(60.0 / piece.tempo_bpm / stream::kStepsPerBeat) {
    track_.glances.resize(static_cast<std::size_t>(std::max(0, piece.beats)) * stream::kStepsPerBeat);
  }

  /// Every step that ends before `time_s`.
  void read_until(const stream::Timeline& timeline, double time_s) {
    while (next_ < track_.glances.size() && static_cast<double>(next_ + 1) * step_s_ <= time_s + 1e-9) {
      const double from_s = static_cast<double>(next_) * step_s_;
      track_.glances[next_++] = timeline.glance(from_s, from_s + step_s_);
    }
  }

 private:
  VisualTrack& track_;
  double step_s_;
  std::size_t next_ = 0;
};

void add_histogram(const std::vector<std::uint8_t>& thumb, VisualTrack& track) {
  kernels::RgbUvHistogramArgs args;
  args.rgb = thumb.data();
  args.width = kThumbWidth;
  args.height = kThumbHeight;
  args.stride_bytes = 3 * kThumbWidth;
  track.colours.resize(track.colours.size() + stream::kColourDims);
  args.histogram = track.colours.data() + track.colours.size() - stream::kColourDims;
  if (const kernels::Status status = kernels::rgb_uv_histogram(args); !status.ok()) {
    throw std::logic_error(std::string("rgb_uv_histogram refused ") + status.what);
  }
}

}  // namespace

VisualTrack see_piece(const Piece& piece, std::uint64_t seed, const TrackSettings& settings) {
  static_assert(kernels::kRgbUvValues == static_cast<int>(stream::kColourDims));
  const PictureRenderer renderer(piece, seed, settings.render);
  Random random(mix_bits(seed) ^ 0x5EE1ULL);
  const int drawn = kRates[static_cast<std::size_t>(random.below(static_cast<int>(kRates.size())))];
  VisualTrack track;
  track.fps = settings.fps > 0 ? settings.fps : drawn;
  track.coupling = renderer.coupling();
  track.planned.assign(renderer.events().begin(), renderer.events().end());

  const double end_s = renderer.duration_s();
  const double interval_s = 1.0 / track.fps;
  std::vector<std::uint8_t> thumb(static_cast<std::size_t>(kThumbWidth * kThumbHeight) * 3);
  const stream::PictureView view{thumb.data(), kThumbWidth, kThumbHeight, 3 * kThumbWidth};
  perception::FastPath eyes;
  stream::Timeline timeline;
  GridReader reader(piece, track);
  for (int frame = 0; frame * interval_s < end_s; ++frame) {
    const double time_s = frame * interval_s;
    renderer.render(time_s, thumb, kThumbWidth, kThumbHeight);
    timeline.push(eyes.observe(view, time_s));
    for (const stream::VisualEvent& event : eyes.events()) {
      timeline.push(event);
      track.events.push_back(event);
    }
    timeline.advance(time_s);
    reader.read_until(timeline, time_s);
    if (time_s + 1e-9 >= track.seconds) {
      if (settings.colours) add_histogram(thumb, track);
      ++track.seconds;
    }
  }
  timeline.finish(end_s);
  reader.read_until(timeline, end_s);
  return track;
}

}  // namespace photoplayer::train
