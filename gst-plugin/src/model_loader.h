// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Opens the model on a thread of its own, so that no state change waits for gigabytes. Posts PROGRESS messages while
/// it does and an error if it fails; who needs the model waits here. Owned by the element, outlives its players: what
/// was loaded and not used is kept until NULL.
#include <photoplayer/gst/model_factory.h>

#include <gst/gst.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace photoplayer::gst {

class ModelLoader {
 public:
  /// `element` outlives the loader.
  explicit ModelLoader(GstElement* element) : element_(element) {}
  ~ModelLoader() { end(); }
  ModelLoader(const ModelLoader&) = delete;
  ModelLoader& operator=(const ModelLoader&) = delete;

  /// Nothing if this very model is being loaded or waits to be taken; waits for the end of another's loading.
  /// Caller: control, here and in end().
  void begin(const ModelRequest& request, ModelFactory factory);
  /// Waits for the thread; what was not taken is dropped.
  void end();

  enum class Outcome { kReady, kFailed, kGivenUp };
  /// `give_up` is asked at first and after each wake(). kReady: loaded, perhaps taken already. Any thread.
  [[nodiscard]] Outcome wait(const std::function<bool()>& give_up);
  void wake();
  /// The model if it is loaded and nobody has taken it. Any thread.
  [[nodiscard]] std::optional<Model> take();

 private:
  enum class State { kNothing, kLoading, kLoaded, kTaken, kFailed };
  void load(const ModelFactory& factory);
  void post_progress(GstProgressType type, const char* text) const;

  GstElement* const element_;
  std::thread thread_;    ///< control only
  ModelRequest request_;  ///< written while no thread runs
  std::mutex mutex_;      ///< guards the rest
  std::condition_variable changed_;
  State state_ = State::kNothing;
  std::optional<Model> model_;
};

}  // namespace photoplayer::gst
