// SPDX-License-Identifier: Apache-2.0
/// The model's arrival and the engine's making.
#include "debug.h"
#include "interruptible_generator.h"
#include "player.h"

#include <utility>

namespace photoplayer::gst {
namespace {

stream::EngineSettings engine_settings(const Settings& settings, const stream::EngineSettings& recommended) {
  stream::EngineSettings engine = recommended;
  engine.seed = settings.seed;
  if (settings.steps) engine.steps = *settings.steps;
  if (settings.guidance) engine.guidance = *settings.guidance;
  engine.mode = settings.mode;
  engine.sample_rate_hz = static_cast<double>(kRate_hz);
  return engine;
}

}  // namespace

bool Player::wait_for_model(Waits waits) {
  const auto outcome =
      loader_.wait([&] { return stopping_.load() || (waits == Waits::kUntilFlush && queue_.flushing()); });
  if (outcome == ModelLoader::Outcome::kFailed) flow_.store(GST_FLOW_ERROR);
  if (outcome != ModelLoader::Outcome::kReady) return false;
  const std::lock_guard lock(mutex_);
  if (std::optional<Model> model = loader_.take()) {
    engine_settings_ = engine_settings(settings_, model->settings);
    parts_ = std::move(model->parts);
    if (parts_.generator) {
      parts_.generator = std::make_unique<InterruptibleGenerator>(
          std::move(parts_.generator), [this] { return stopping_.load() || queue_.flushing(); });
    }
    encoder_ = std::move(model->encoder);
  }
  return true;
}

bool Player::ensure_engine(std::optional<double> duration_s) {
  {
    const std::lock_guard lock(mutex_);
    if (engine_) return true;
    stream::EngineSettings settings = engine_settings_;
    settings.controls = controls_;
    settings.duration_s = duration_s;
    auto made = stream::Engine::make(settings, std::move(parts_));
    if (!made) {
      flow_.store(GST_FLOW_ERROR);
      Reporter::post_error(element_, made.error(), settings_.bundle);
      return false;
    }
    engine_ = std::move(*made);
  }
  warn_of_idle_controls();
  return true;
}

stream::Engine* Player::engine() const {
  const std::lock_guard lock(mutex_);
  return engine_.get();
}

void Player::warn_of_idle_controls() {
  {
    const std::lock_guard lock(mutex_);
    const stream::Controls& set = controls_;
    const bool idle = set.style || set.tempo_bpm || set.key || set.valence || set.density;
    if (!idle || !engine_ || engine_->plays_notes() || std::exchange(warned_of_controls_, true)) return;
  }
  GST_ELEMENT_WARNING(element_, LIBRARY, SETTINGS,
                      ("This bundle makes sound, not notes: style, tempo, key, valence and density have no effect."),
                      ("intensity, arousal and follow have. A score bundle, such as the one shipped, obeys them all."));
}

}  // namespace photoplayer::gst
