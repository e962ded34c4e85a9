// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/network/fast_oobleck.h>

#include "row_convolution.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace photoplayer::network {
namespace {

constexpr std::int64_t kDilations[] = {1, 3, 9};

/// A decoder's parameters by name, each of them taken out detached.
class Parameters {
 public:
  explicit Parameters(const OobleckDecoder& decoder) : snake_(decoder->config().snake) {
    for (const auto& item : decoder->named_parameters()) {
      TORCH_CHECK(item.value().is_cpu() && item.value().scalar_type() == torch::kFloat, "Oobleck: '", item.key(),
                  "' is not fp32 on the CPU");
      all_[item.key()] = item.value().detach();
    }
  }
  /// Undefined if there is none.
  [[nodiscard]] torch::Tensor at(const std::string& name) const {
    const auto found = all_.find(name);
    return found == all_.end() ? torch::Tensor() : found->second;
  }
  [[nodiscard]] Activation activation(const std::string& name) const {
    if (!snake_) return {Activation::Kind::kElu, {}, {}};
    return Activation::snake(at(name + ".alpha"), at(name + ".beta"));
  }
  [[nodiscard]] RowConvolution same_length(const std::string& name, std::int64_t dilation = 1) const {
    return RowConvolution::same_length(at(name + ".weight"), at(name + ".bias"), dilation);
  }

 private:
  bool snake_;
  std::map<std::string, torch::Tensor> all_;
};

/// x + narrow(between(wide(before(x))))
struct Unit {
  Activation before, between;
  RowConvolution wide, narrow;
};

struct Stage {
  Activation before;
  RowConvolution up;
  std::vector<Unit> units;
};

std::unique_ptr<float[]> numbers(std::int64_t count) {
  return std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(count));
}

void in_pieces(std::int64_t rows, const std::function<void(std::int64_t, std::int64_t)>& work) {
  const auto piece = std::max<std::int64_t>(1, piece_rows(rows));
  share_out((rows + piece - 1) / piece,
            [&](std::int64_t index) { work(index * piece, std::min(rows, (index + 1) * piece)); });
}

/// x [rows, channels] → [rows_for(rows), columns]
torch::Tensor convolved(const Activation& before, const RowConvolution& convolution, const torch::Tensor& x) {
  auto y = torch::empty({convolution.rows_for(x.size(0)), convolution.columns()});
  const float* in = x.data_ptr<float>();
  float* out = y.data_ptr<float>();
  in_pieces(y.size(0), [&](std::int64_t begin, std::int64_t end) {
    convolution(before, in, x.size(0), begin, end, out + begin * y.size(1), /*accumulate=*/false);
  });
  return y;
}

/// x [rows, channels] → the same shape
torch::Tensor through(const Unit& unit, const torch::Tensor& x) {
  auto y = torch::empty_like(x);
  const auto rows = x.size(0), channels = x.size(1);
  const float* in = x.data_ptr<float>();
  float* out = y.data_ptr<float>();
  in_pieces(rows, [&](std::int64_t begin, std::int64_t end) {
    const auto count = (end - begin) * channels;
    const auto inner = numbers(count);
    unit.wide(unit.before, in, rows, begin, end, inner.get(), /*accumulate=*/false);
    std::copy_n(in + begin * channels, count, out + begin * channels);
    unit.narrow(unit.between, inner.get(), end - begin, 0, end - begin, out + begin * channels, /*accumulate=*/true);
  });
  return y;
}

}  // namespace

struct FastOobleckDecoder::State {
  OobleckConfig config;
  RowConvolution first, last;
  Activation before_last;
  std::vector<Stage> stages;

  explicit State(const OobleckDecoder& decoder);
  std::vector<RowConvolution*> convolutions();
  void take_fewer_products();
  [[nodiscard]] torch::Tensor decode(const torch::Tensor& latents, Span frames) const;
};

FastOobleckDecoder::State::State(const OobleckDecoder& decoder) : config(decoder->config()) {
  const Parameters all(decoder);
  const auto layer = [](const std::string& in, std::size_t index) { return in + "layers." + std::to_string(index); };
  first = all.same_length("layers.0");
  for (std::size_t i = 1; i <= config.strides.size(); ++i) {
    const auto block = layer("", i) + ".", up = layer(block, 1);
    Stage stage{
        all.activation(layer(block, 0)), RowConvolution::transposed(all.at(up + ".weight"), all.at(up + ".bias")), {}};
    for (std::size_t u = 0; u < std::size(kDilations); ++u) {
      const auto unit = layer(block, 2 + u) + ".";
      stage.units.push_back({all.activation(layer(unit, 0)), all.activation(layer(unit, 2)),
                             all.same_length(layer(unit, 1), kDilations[u]), all.same_length(layer(unit, 3))});
    }
    stages.push_back(std::move(stage));
  }
  before_last = all.activation(layer("", config.strides.size() + 1));
  last = all.same_length(layer("", config.strides.size() + 2));
}

std::vector<RowConvolution*> FastOobleckDecoder::State::convolutions() {
  std::vector<RowConvolution*> all = {&first, &last};
  for (auto& stage : stages) {
    all.push_back(&stage.up);
    for (auto& unit : stage.units) all.insert(all.end(), {&unit.wide, &unit.narrow});
  }
  return all;
}

void FastOobleckDecoder::State::take_fewer_products() {
  for (auto& stage : stages) {
    for (auto& unit : stage.units) {
      if (unit.wide.channels <= kFewerProducts_channels) unit.wide.take_fewer_products();
    }
  }
}

/// Rows of time from `first` on.
struct Stretch {
  torch::Tensor rows;  // [rows, channels]
  std::int64_t first = 0;
  /// Those of `span` that are there.
  [[nodiscard]] Stretch cut(Span span) const {
    const auto from = std::max(span.first, first), to = std::min(span.last + 1, first + rows.size(0));
    return {rows.narrow(0, from - first, to - from), from};
  }
};

/// latents [latent_dims, latents] → [audio_channels, frames]. Where a stretch is cut, convolutions see zeros instead of
/// what was there, so each cut leaves as many rows as the layers behind it look at.
torch::Tensor FastOobleckDecoder::State::decode(const torch::Tensor& latents, Span frames) const {
  std::vector<Span> needed = {rows_behind_end(frames)};  // at each block's exit, from the last block's on
  for (const auto stride : config.strides) needed.push_back(rows_behind_block(stride, needed.back()));

  Stretch h{latents.t(), 0};
  h = h.cut(rows_behind_end(needed.back()));
  h.rows = convolved({}, first, h.rows.contiguous());
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const auto stride = config.strides[stages.size() - 1 - i];
    h = h.cut(needed[stages.size() - i]);
    const auto rows = h.rows.size(0) * stride;
    h = {convolved(stages[i].before, stages[i].up, h.rows), h.first * stride};
    h.rows = h.rows.view({-1, h.rows.size(1) / stride}).narrow(0, stride / 2, rows);
    for (const auto& unit : stages[i].units) h.rows = through(unit, h.rows);
  }
  h = h.cut(needed.front());
  h.rows = convolved(before_last, last, h.rows);
  const auto audio = h.cut(frames).rows.t();
  return config.final_tanh ? audio.tanh() : audio;
}

FastOobleckDecoder::FastOobleckDecoder(const OobleckDecoder& decoder, OobleckProducts products) {
  torch::NoGradGuard guard;
  auto state = std::make_shared<State>(decoder);
  const auto all = state->convolutions();
  const bool lossless = std::all_of(all.begin(), all.end(), [](const RowConvolution* convolution) {
    return torch::equal(convolution->weight.to(torch::kBFloat16).to(torch::kFloat), convolution->weight);
  });
  if (products == OobleckProducts::kBFloat16 && !lossless) products = OobleckProducts::kFewer;
  if (products == OobleckProducts::kFewer) state->take_fewer_products();
  for (auto* convolution : all) {
    if (convolution->fewer_products) continue;
    if (lossless) convolution->weight = convolution->weight.to(torch::kBFloat16);
    convolution->bf16_products = products == OobleckProducts::kBFloat16;
  }
  state_ = std::move(state);
}

const OobleckConfig& FastOobleckDecoder::config() const {
  return state_->config;
}

torch::Tensor FastOobleckDecoder::operator()(const torch::Tensor& latents) const {
  return frames(latents, {0, latents.size(2) * config().frames_per_latent() - 1});
}

torch::Tensor FastOobleckDecoder::frames(const torch::Tensor& latents, Span frames) const {
  torch::NoGradGuard guard;
  TORCH_CHECK(
      0 <= frames.first && frames.first <= frames.last && frames.last < latents.size(2) * config().frames_per_latent(),
      "Oobleck: ", latents.size(2), " latents do not have the frames ", frames.first, " to ", frames.last);
  std::vector<torch::Tensor> audio;
  for (const auto& one : latents.unbind(0)) audio.push_back(state_->decode(one, frames));
  return torch::stack(audio);
}

}  // namespace photoplayer::network
