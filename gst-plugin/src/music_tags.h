// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The music's own tags: what made it, what it is, and its tempo once that is known. One thread at a time.
#include <gst/gst.h>

namespace photoplayer::gst {

class MusicTags {
 public:
  /// `tempo_bpm`: 0 if there is none (yet). A TAG event if there is news, else null; the caller owns it.
  [[nodiscard]] GstEvent* news(double tempo_bpm);
  /// A new stream knows nothing of the last one's.
  void reset() {
    told_ = false;
    told_bpm_ = 0;
  }

 private:
  bool told_ = false;
  int told_bpm_ = 0;  ///< whole ones: a tempo that drifts is no news for each hundredth
};

}  // namespace photoplayer::gst
