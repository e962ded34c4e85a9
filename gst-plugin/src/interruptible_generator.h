// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A generator that ends its run before the next step once the element stops or flushes: a shutdown while a large
/// model is sampling takes one step, not one hop. What comes out of such a run is thrown away with the engine's state.
#include <photoplayer/stream/ports.h>

#include <functional>
#include <memory>
#include <utility>

namespace photoplayer::gst {

class InterruptibleGenerator final : public stream::LatentGenerator {
 public:
  /// `interrupted`: from the thread that samples.
  InterruptibleGenerator(std::unique_ptr<stream::LatentGenerator> inner, std::function<bool()> interrupted)
      : inner_(std::move(inner)), interrupted_(std::move(interrupted)) {}

  [[nodiscard]] int dims() const override { return inner_->dims(); }
  [[nodiscard]] Result<stream::WindowResult> generate(const stream::WindowRequest& request) override {
    stream::WindowRequest watched = request;
    watched.steps_that_fit = [this, &request](int left) {
      if (interrupted_()) return 0;
      return request.steps_that_fit ? request.steps_that_fit(left) : left;
    };
    return inner_->generate(watched);
  }
  void reset() override { inner_->reset(); }
  [[nodiscard]] stream::Controls decided() const override { return inner_->decided(); }
  [[nodiscard]] std::optional<double> propose_tempo_bpm(const stream::Timeline& timeline, double from_s,
                                                        double seen_until_s,
                                                        const stream::Controls& controls) override {
    return inner_->propose_tempo_bpm(timeline, from_s, seen_until_s, controls);
  }
  [[nodiscard]] std::optional<stream::TempoWish> wish_tempo(const stream::Timeline& timeline, double seen_until_s,
                                                            const stream::Controls& controls,
                                                            double tempo_bpm) override {
    return inner_->wish_tempo(timeline, seen_until_s, controls, tempo_bpm);
  }

 private:
  std::unique_ptr<stream::LatentGenerator> inner_;
  std::function<bool()> interrupted_;
};

}  // namespace photoplayer::gst
