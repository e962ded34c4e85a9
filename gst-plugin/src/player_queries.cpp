// SPDX-License-Identifier: Apache-2.0
/// What is asked of upstream, and what others ask: latency, position, statistics.
#include "debug.h"
#include "player.h"

#include <cmath>

namespace photoplayer::gst {

std::optional<Player::Upstream> Player::ask_upstream() {
  std::optional<Upstream> upstream;
  GstQuery* query = gst_query_new_latency();
  if (gst_pad_peer_query(sink_, query)) {
    gboolean live = FALSE;
    upstream.emplace();
    gst_query_parse_latency(query, &live, &upstream->min_latency, nullptr);
    upstream->live = live != FALSE;
  }
  gst_query_unref(query);
  return upstream;
}

void Player::upstream_answers(const Upstream& upstream) {
  const GstClockTime latency = GST_CLOCK_TIME_IS_VALID(upstream.min_latency) ? upstream.min_latency : 0;
  if (upstream_latency_.exchange(latency) == latency) return;
  GST_DEBUG_OBJECT(element_, "upstream's latency: %" GST_TIME_FORMAT, GST_TIME_ARGS(latency));
  clock_.set_upstream_latency(latency);
}

bool Player::answer_latency(GstQuery* query) {
  if (!gst_pad_peer_query(sink_, query)) return false;
  gboolean live = FALSE;
  GstClockTime least = 0, most = 0;
  gst_query_parse_latency(query, &live, &least, &most);
  if (live == FALSE) return true;
  // It is asked whenever upstream says that its latency has changed.
  upstream_answers({true, least});
  if (!wait_for_model(Waits::kUntilStop) || !ensure_engine(std::nullopt)) return false;
  const auto own = static_cast<GstClockTime>(std::llround(engine()->latency_s() * 1e9));
  // The music waits for nobody's buffers, so there is no most.
  gst_query_set_latency(query, TRUE, least + own, GST_CLOCK_TIME_NONE);
  GST_DEBUG_OBJECT(element_, "latency: upstream %" GST_TIME_FORMAT ", own %" GST_TIME_FORMAT, GST_TIME_ARGS(least),
                   GST_TIME_ARGS(own));
  return true;
}

bool Player::answer_position(GstQuery* query) {
  GstFormat format = GST_FORMAT_UNDEFINED;
  gst_query_parse_position(query, &format, nullptr);
  const GstClockTime position = stream_time_.load();
  if (format != GST_FORMAT_TIME || !GST_CLOCK_TIME_IS_VALID(position)) return false;
  gst_query_set_position(query, format, static_cast<gint64>(position));
  return true;
}

GstStructure* Player::stats() const {
  const stream::Engine* music = engine();
  const stream::Report counts = music != nullptr ? music->counts() : stream::Report{};
  GstStructure* stats = gst_structure_new(
      "photoplayer-stats", "pictures", G_TYPE_UINT64, pictures_.load(), "samples", G_TYPE_UINT64, pushed_frames_.load(),
      "windows", G_TYPE_UINT64, counts.windows, "tempo", G_TYPE_DOUBLE, counts.tempo_bpm, "events", G_TYPE_UINT64,
      counts.events_seen, "accents", G_TYPE_UINT64, counts.events_taken, "underruns", G_TYPE_UINT64,
      counts.underrun_events, "underrun-samples", G_TYPE_UINT64, counts.underrun_frames, "fewer-steps", G_TYPE_UINT64,
      counts.ladder.fewer_steps, "no-guidance", G_TYPE_UINT64, counts.ladder.no_guidance, "look-ahead", G_TYPE_UINT64,
      counts.ladder.look_ahead, "repeat-bar", G_TYPE_UINT64, counts.ladder.repeat_bar, "bed", G_TYPE_UINT64,
      counts.ladder.bed, "failures", G_TYPE_UINT64, counts.failures, nullptr);
  if (music == nullptr || !live_begun_.load()) return stats;
  const stream::LiveFacts& live = counts.live;
  const auto ns = [](double milliseconds) { return static_cast<guint64>(std::llround(1e6 * milliseconds)); };
  gst_structure_set(stats, "latency", G_TYPE_UINT64, ns(1e3 * music->latency_s()), "steps", G_TYPE_INT, live.steps,
                    "budget", G_TYPE_UINT64, ns(1e3 * live.budget_s), "steps-lowered", G_TYPE_UINT64,
                    live.steps_lowered, "steps-raised", G_TYPE_UINT64, live.steps_raised, "lowered-windows",
                    G_TYPE_UINT64, live.lowered_windows, "early-hops", G_TYPE_UINT64, live.early_hops, "late-events",
                    G_TYPE_UINT64, live.late_events, "queue-median", G_TYPE_UINT64, ns(live.queue.p50_ms), "queue-max",
                    G_TYPE_UINT64, ns(live.queue.max_ms), "queue-limit", G_TYPE_UINT64, ns(1e3 * live.queue_limit_s),
                    "priority", G_TYPE_STRING, live.priority.c_str(), nullptr);
  return stats;
}

}  // namespace photoplayer::gst
