// SPDX-License-Identifier: Apache-2.0
#include "distill.h"

#include "affect_table.h"
#include "distill_report.h"
#include "plain_safetensors.h"
#include "student.h"
#include "taught_stills.h"

#include <photoplayer/model/semantic_encoder.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>

namespace photoplayer::train {
namespace {

constexpr double kSmoothing = 0.998;   // per step, of the averaged weights that ship
constexpr double kCosineWeight = 4.0;  // brings 1 − cosine to the size of the divergence
constexpr double kLabelSmallest = 1e-8;

/// What the student is asked for: the teacher's centred feature on its 512 strongest directions, unit length.
/// Centred, because the raw features all lie in one narrow cone and would tell a diffusion model little.
struct Target {
  torch::Tensor mean, directions;  ///< [1280], [1280, 512]
  double kept = 0.0;               ///< share of the variance
  explicit Target(const torch::Tensor& pooled) {
    mean = pooled.mean(0);
    const auto centred = pooled - mean;
    const auto [values, vectors] = torch::linalg_eigh(centred.t().mm(centred) / pooled.size(0));
    directions = vectors.narrow(1, vectors.size(1) - 512, 512).contiguous();
    kept = values.narrow(0, values.size(0) - 512, 512).sum().item<double>() / values.sum().item<double>();
  }
  [[nodiscard]] torch::Tensor operator()(const torch::Tensor& pooled) const {
    return torch::nn::functional::normalize((pooled - mean).mm(directions));
  }
};

/// The label head starts as the teacher's own, seen through the target's directions.
torch::nn::Linear label_head(const Teacher& teacher, const Target& target, const torch::Tensor& pooled) {
  const auto [weight, bias] = teacher.head();
  const auto length = (pooled - target.mean).mm(target.directions).norm(2, 1).mean();
  torch::nn::Linear head(512, weight.size(0));
  const torch::NoGradGuard guard;
  head->weight.copy_(weight.mm(target.directions) * length);
  head->bias.copy_(bias + weight.mv(target.mean));
  return head;
}

/// Crops, flips and small shifts of colour: what does not change a picture's meaning.
torch::Tensor augment(const torch::Tensor& rgb, std::int64_t side) {
  const auto n = rgb.size(0);
  const auto uniform = [&](double low, double high) { return torch::rand({n}) * (high - low) + low; };
  auto theta = torch::zeros({n, 2, 3});
  const auto flip = torch::where(torch::rand({n}) < 0.5, torch::full({n}, -1.0), torch::ones({n}));
  for (std::int64_t axis = 0; axis < 2; ++axis) {
    const auto zoom = uniform(0.78, 1.0);
    theta.select(1, axis).select(1, axis).copy_(axis == 0 ? zoom * flip : zoom);
    theta.select(1, axis).select(1, 2).copy_((1.0 - zoom) * uniform(-1.0, 1.0));
  }
  const auto grid = torch::nn::functional::affine_grid(theta, {n, 3, side, side}, false);
  namespace f = torch::nn::functional;
  auto x = f::grid_sample(
      rgb.to(torch::kFloat), grid,
      f::GridSampleFuncOptions().mode(torch::kBilinear).padding_mode(torch::kReflection).align_corners(false));
  const auto gain = uniform(0.85, 1.15).view({n, 1, 1, 1}) * (torch::rand({n, 3, 1, 1}) * 0.16 + 0.92);
  return ((x - 128.0) * gain + 128.0 + uniform(-18.0, 18.0).view({n, 1, 1, 1})).clamp_(0, 255);
}

/// A slow average of parameters and running statistics; it generalises better than the last step.
class Average {
 public:
  Average(Student from, Student to) : from_(all(*from)), to_(all(*to)) { update(0.0); }
  void update(double keep) {
    const torch::NoGradGuard guard;
    for (std::size_t i = 0; i < to_.size(); ++i) {
      if (to_[i].is_floating_point())
        to_[i].mul_(keep).add_(from_[i], 1.0 - keep);
      else
        to_[i].copy_(from_[i]);
    }
  }

 private:
  static std::vector<torch::Tensor> all(const torch::nn::Module& module) {
    auto list = module.parameters();
    const auto buffers = module.buffers();
    list.insert(list.end(), buffers.begin(), buffers.end());
    return list;
  }
  std::vector<torch::Tensor> from_, to_;
};

void train(Student& student, Student& averaged, torch::nn::Linear& head, const TaughtStills& stills,
           const torch::Tensor& target, const torch::Tensor& rows, const StudentConfig& config,
           const DistillOptions& options) {
  auto parameters = student->parameters();
  for (const auto& p : head->parameters()) parameters.push_back(p);
  torch::optim::AdamW optimiser(parameters, torch::optim::AdamWOptions(options.learning_rate).weight_decay(0.05));
  Average average(student, averaged);
  // Processor time, not wall time: what else runs on the machine must not decide how good the encoder gets.
  const auto begin = std::clock();
  const auto elapsed_s = [&] { return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC; };
  student->train();
  std::int64_t step = 0, at = rows.size(0);
  torch::Tensor order;
  double cosine = 0.0, divergence = 0.0;
  for (double done = 0.0; done < 1.0; done = elapsed_s() / options.budget_cpu_s, ++step) {
    if (at + options.batch > rows.size(0)) {
      order = rows.index_select(0, torch::randperm(rows.size(0), torch::kLong));
      at = 0;
    }
    const auto pick = order.narrow(0, at, options.batch);
    at += options.batch;
    const double warm = std::min(1.0, static_cast<double>(step + 1) / 100.0);
    const double rate = options.learning_rate * warm * (0.5 + 0.5 * std::cos(M_PI * done)) + 1e-6;
    static_cast<torch::optim::AdamWOptions&>(optimiser.param_groups()[0].options()).lr(rate);

    // Mean pooling lets the first half see smaller pictures, at half the cost.
    const auto side = done < 0.5 ? config.side * 3 / 4 : config.side;
    const auto unit = student(augment(stills.rgb.index_select(0, pick), side));
    const auto far = 1.0 - (unit * target.index_select(0, pick)).sum(1).mean();
    const auto said = stills.logits.index_select(0, pick).softmax(1);
    const auto apart = (said * ((said + kLabelSmallest).log() - head(unit).log_softmax(1))).sum(1).mean();
    optimiser.zero_grad();
    (kCosineWeight * far + 0.5 * apart).backward();
    torch::nn::utils::clip_grad_norm_(parameters, 5.0);
    optimiser.step();
    average.update(std::min(kSmoothing, static_cast<double>(step + 1) / static_cast<double>(step + 10)));

    cosine += 0.02 * (1.0 - far.item<double>() - cosine);
    divergence += 0.02 * (apart.item<double>() - divergence);
    if (step % 100 == 0)
      std::fprintf(stderr, "step %5ld  epoch %5.2f  %4.0f s  cosine %.3f  divergence %.3f\n", static_cast<long>(step),
                   static_cast<double>(step * options.batch) / static_cast<double>(rows.size(0)), elapsed_s(), cosine,
                   divergence);
  }
}

/// Every still through the encoder as it ships, so that the bank holds what will be heard of at play.
Result<torch::Tensor> embed_all(const StudentConfig& config, const std::vector<model::NamedTensor>& tensors,
                                const nlohmann::json& config_json, const torch::Tensor& rgb) {
  const auto source = [&](const std::string& name, std::span<const std::int64_t> shape) -> Result<std::vector<float>> {
    for (const auto& tensor : tensors)
      if (tensor.name == name && std::equal(shape.begin(), shape.end(), tensor.shape.begin(), tensor.shape.end()))
        return tensor.values;
    return fail(ErrorCode::kInternal, "the student has no tensor " + name);
  };
  auto encoder = model::make_semantic_encoder(config_json.dump(), source);
  if (!encoder) return tl::unexpected(encoder.error());
  // One picture at a time is too little to share: waking a second thread for each layer costs more than it
  // brings.
  const auto threads = torch::get_num_threads();
  torch::set_num_threads(1);
  auto embedded = torch::empty({rgb.size(0), static_cast<std::int64_t>(stream::kSemanticDims)});
  const auto side = static_cast<int>(config.side);
  for (std::int64_t i = 0; i < rgb.size(0); ++i) {
    const auto still = torch::adaptive_avg_pool2d(rgb[i].to(torch::kFloat), {side, side})
                           .round()
                           .to(torch::kByte)
                           .permute({1, 2, 0})
                           .contiguous();
    std::span<float, stream::kSemanticDims> out(embedded[i].data_ptr<float>(), stream::kSemanticDims);
    (*encoder)->encode({still.data_ptr<std::uint8_t>(), side, side, 3 * std::ptrdiff_t{side}}, out);
  }
  torch::set_num_threads(threads);
  return embedded;
}

model::NamedTensor plain(const char* name, const torch::Tensor& tensor) {
  const auto values = tensor.contiguous();
  return {name, values.sizes().vec(), {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()}};
}

}  // namespace

Result<void> distill(const DistillOptions& options) try {
  torch::manual_seed(options.seed);
  const auto teacher = Teacher::load(options.teacher);
  if (!teacher) return tl::unexpected(teacher.error());
  const auto table = read_affect_table(options.table);
  if (!table) return tl::unexpected(table.error());
  const auto stills = load_taught_stills(options.stills, *teacher);
  if (!stills) return tl::unexpected(stills.error());

  // One still in sixteen, with all its crops, is never trained on.
  const auto held = (stills->still * std::int64_t{2654435761}).bitwise_right_shift(8).remainder(16).eq(0);
  const auto training = held.logical_not().nonzero().squeeze(1), test = held.nonzero().squeeze(1);
  const auto pooled = stills->pooled.index_select(0, training);
  const Target target(pooled);
  const auto wanted = target(stills->pooled);
  auto head = label_head(*teacher, target, pooled);
  const StudentConfig config;
  Student student(config), averaged(config);
  train(student, averaged, head, *stills, wanted, training, config, options);

  const torch::NoGradGuard guard;
  const nlohmann::json config_json = {{"side", config.side}, {"widths", config.widths}, {"blocks", config.blocks}};
  const auto tensors = averaged->folded();
  const auto embedded = embed_all(config, tensors, config_json, stills->rgb);
  if (!embedded) return tl::unexpected(embedded.error());
  const auto meaning = stills->logits.softmax(1).mm(*table);
  const std::map<std::string, std::string> metadata = {
      {"config", config_json.dump()},
      {"licence", "Apache-2.0"},
      {"provenance", provenance(stills->sources, stills->still, training.size(0)).dump()}};
  if (auto done = write_plain_safetensors(options.out / "semantic.safetensors", metadata, tensors); !done) return done;
  const std::vector<model::NamedTensor> bank = {plain("embedding", *embedded), plain("valence", meaning.select(1, 0)),
                                                plain("arousal", meaning.select(1, 1)),
                                                plain("style", meaning.narrow(1, 2, meaning.size(1) - 2))};
  if (auto done = write_plain_safetensors(options.out / "bank.safetensors", metadata, bank); !done) return done;

  nlohmann::json report = {{"rows", stills->still.size(0)}, {"variance_kept", target.kept}};
  for (const auto& [name, rows] : {std::pair{"held_out", test}, {"training", training}})
    report[name] = agreement(embedded->index_select(0, rows), wanted.index_select(0, rows),
                             head(embedded->index_select(0, rows)), stills->logits.index_select(0, rows), *table);
  std::ofstream(options.out / "distill.json") << report.dump(2) << '\n';
  std::fprintf(stderr, "%s\n", report.dump(2).c_str());
  return {};
} catch (const std::exception& error) {
  return fail(ErrorCode::kInternal, std::string("distillation stopped: ") + error.what());
}

}  // namespace photoplayer::train
