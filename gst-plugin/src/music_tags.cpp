// SPDX-License-Identifier: Apache-2.0
#include "music_tags.h"

#include <cmath>

namespace photoplayer::gst {

GstEvent* MusicTags::news(double tempo_bpm) {
  const int bpm = static_cast<int>(std::lround(tempo_bpm));
  if (told_ && bpm == told_bpm_) return nullptr;
  told_ = true;
  told_bpm_ = bpm;
  GstTagList* tags = gst_tag_list_new(GST_TAG_ENCODER, "Photoplayer " PHOTOPLAYER_VERSION, GST_TAG_TITLE,
                                      "Music by Photoplayer", nullptr);
  if (bpm > 0) gst_tag_list_add(tags, GST_TAG_MERGE_REPLACE, GST_TAG_BEATS_PER_MINUTE, tempo_bpm, nullptr);
  gst_tag_list_set_scope(tags, GST_TAG_SCOPE_STREAM);
  return gst_event_new_tag(tags);
}

}  // namespace photoplayer::gst
