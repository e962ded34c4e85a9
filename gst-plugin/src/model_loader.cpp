// SPDX-License-Identifier: Apache-2.0
#include "model_loader.h"

#include "debug.h"
#include "reporter.h"

#include <exception>
#include <utility>

namespace photoplayer::gst {

void ModelLoader::post_progress(GstProgressType type, const char* text) const {
  gst_element_post_message(element_, gst_message_new_progress(GST_OBJECT(element_), type, "load-model", text));
}

void ModelLoader::begin(const ModelRequest& request, ModelFactory factory) {
  {
    const std::lock_guard lock(mutex_);
    const bool under_way = state_ == State::kLoading || state_ == State::kLoaded;
    if (under_way && request_.bundle == request.bundle && request_.seed == request.seed) return;
  }
  end();
  request_ = request;
  {
    const std::lock_guard lock(mutex_);
    state_ = State::kLoading;
  }
  post_progress(GST_PROGRESS_TYPE_START, "Loading the model");
  thread_ = std::thread([this, factory = std::move(factory)] { load(factory); });
}

void ModelLoader::load(const ModelFactory& factory) {
  const gint64 began_us = g_get_monotonic_time();
  Result<Model> loaded = [&]() -> Result<Model> {
    try {
      return factory(request_);
    } catch (const std::exception& error) {
      return fail(ErrorCode::kInternal, std::string("the model could not be loaded: ") + error.what());
    }
  }();
  if (loaded) {
    GST_INFO_OBJECT(element_, "loaded in %" G_GINT64_FORMAT " ms", (g_get_monotonic_time() - began_us) / 1000);
    if (!loaded->warning.empty())
      GST_ELEMENT_WARNING(element_, LIBRARY, SETTINGS, ("%s", loaded->warning.c_str()), (nullptr));
  } else {
    Reporter::post_error(element_, loaded.error(), request_.bundle);
  }
  // Before anyone can go on, so that an application sees its messages in order.
  post_progress(loaded ? GST_PROGRESS_TYPE_COMPLETE : GST_PROGRESS_TYPE_ERROR,
                loaded ? "The model is loaded" : loaded.error().message.c_str());
  const std::lock_guard lock(mutex_);
  state_ = loaded ? State::kLoaded : State::kFailed;
  if (loaded) model_.emplace(std::move(*loaded));
  changed_.notify_all();
}

void ModelLoader::end() {
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  model_.reset();
  state_ = State::kNothing;
}

ModelLoader::Outcome ModelLoader::wait(const std::function<bool()>& give_up) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (state_ == State::kLoaded || state_ == State::kTaken) return Outcome::kReady;
    if (state_ != State::kLoading) return Outcome::kFailed;
    if (give_up()) return Outcome::kGivenUp;
    changed_.wait(lock);
  }
}

void ModelLoader::wake() {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

std::optional<Model> ModelLoader::take() {
  const std::lock_guard lock(mutex_);
  if (state_ != State::kLoaded) return std::nullopt;
  state_ = State::kTaken;
  return std::exchange(model_, std::nullopt);
}

}  // namespace photoplayer::gst
