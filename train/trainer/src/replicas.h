// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Data-parallel training on CPU cores: each replica of a module works on its own part of the batch in its own
/// thread (the first in the caller's) with single-threaded BLAS. On few cores this beats splitting every small matrix
/// product, because the element-wise work between the products runs in parallel too.
#include <torch/torch.h>

#include <functional>
#include <thread>
#include <vector>

namespace photoplayer::train {

/// `Model` is a torch module holder; replica 0 is the one that the optimiser owns.
template <typename Model>
class Replicas {
 public:
  Replicas(int count, const std::function<Model()>& make) {
    for (int i = 0; i < count; ++i) {
      models_.push_back(make());
      // Collecting parameters walks the whole module tree; once is enough.
      parameters_.push_back(models_.back()->parameters());
      buffers_.push_back(models_.back()->buffers());
    }
    broadcast();
  }
  [[nodiscard]] Model& first() { return models_.front(); }
  [[nodiscard]] int count() const { return static_cast<int>(models_.size()); }

  /// Calls `loss(model, i)` on every replica at once, backpropagates, averages gradients into replica 0 and
  /// returns the mean loss.
  double backward(const std::function<torch::Tensor(Model&, int)>& loss) {
    std::vector<double> losses(models_.size());
    std::vector<std::exception_ptr> errors(models_.size());
    const auto work = [&](std::size_t i) {
      try {
        for (auto& parameter : parameters_[i]) {
          if (parameter.grad().defined()) parameter.mutable_grad().zero_();
        }
        auto value = loss(models_[i], static_cast<int>(i));
        value.backward();
        losses[i] = value.template item<double>();
      } catch (...) {
        errors[i] = std::current_exception();
      }
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < models_.size(); ++i) {
      threads.emplace_back([&, i] {
        at::set_num_threads(1);
        work(i);
      });
    }
    work(0);
    for (auto& thread : threads) thread.join();
    for (auto& error : errors) {
      if (error) std::rethrow_exception(error);
    }
    average_gradients();
    double sum = 0.0;
    for (double value : losses) sum += value;
    return sum / static_cast<double>(losses.size());
  }

  /// Copies replica 0's parameters to the others, after an optimiser step.
  void broadcast() {
    torch::NoGradGuard guard;
    for (std::size_t i = 1; i < models_.size(); ++i) {
      for (std::size_t p = 0; p < parameters_[0].size(); ++p) parameters_[i][p].copy_(parameters_[0][p]);
      for (std::size_t p = 0; p < buffers_[0].size(); ++p) buffers_[i][p].copy_(buffers_[0][p]);
    }
  }

 private:
  void average_gradients() {
    torch::NoGradGuard guard;
    const double share = 1.0 / static_cast<double>(models_.size());
    for (std::size_t p = 0; p < parameters_[0].size(); ++p) {
      torch::Tensor sum = parameters_[0][p].grad();
      if (!sum.defined()) continue;
      for (std::size_t i = 1; i < models_.size(); ++i) {
        if (const auto other = parameters_[i][p].grad(); other.defined()) sum.add_(other);
      }
      sum.mul_(share);
    }
  }

  std::vector<Model> models_;
  std::vector<std::vector<torch::Tensor>> parameters_, buffers_;
};

}  // namespace photoplayer::train
