// SPDX-License-Identifier: Apache-2.0
#include "distil.h"

#include <photoplayer/network/beat_plan.h>

#include "average.h"
#include "stage.h"
#include "support/catch.h"

using namespace photoplayer;
using namespace photoplayer::train;

namespace {

constexpr std::int64_t kBatch = 3, kBeats = 12, kLatents = 8;

network::DitConfig tiny(bool clean_context) {
  network::DitConfig config;
  config.latent_dims = kLatents, config.width = 64, config.depth = 1, config.cond_dims = 64;
  config.feed_forward_dims = 64, config.film_dims = 8, config.colour_hidden = 8;
  config.plan_numbers = network::kPlanNumbers, config.global_numbers = network::kGlobalNumbers;
  config.clean_context = clean_context;
  return config;
}

/// A fresh transformer predicts nothing; this one does.
JointModel random_model(bool clean_context) {
  JointModel model(tiny(clean_context));
  const torch::NoGradGuard no_gradients;
  for (auto& parameter : model->dit->parameters()) parameter.add_(0.05 * torch::randn_like(parameter));
  return model;
}

Window random_window() {
  Window window;
  window.latents = torch::randn({kBatch, kBeats, kLatents});
  window.plan = torch::rand({kBatch, kBeats, network::kPlanNumbers});
  window.global = torch::rand({kBatch, network::kGlobalNumbers});
  window.glances = torch::rand({kBatch, kBeats, 32});
  window.place = torch::rand({kBatch, kBeats, 5});
  window.beat_semantic = torch::rand({kBatch, kBeats, 512});
  window.onset_density = torch::rand({kBatch, kBeats, 4});
  auto& seen = window.seen;
  seen.slow_beats = torch::arange(0, kBeats, 2, torch::kFloat);
  seen.semantic = torch::rand({kBatch, kBeats / 2, 512});
  seen.colour = torch::rand({kBatch, kBeats / 2, 3072}) / 3072.0;
  seen.semantic_visible = seen.colour_visible = torch::ones({kBatch, kBeats / 2}, torch::kBool);
  seen.rhythm = window.onset_density;
  seen.rhythm_visible = torch::ones({kBatch, kBeats}, torch::kBool);
  return window;
}

double loss(JointModel& student, JointModel& teacher, const DistilSettings& settings) {
  std::mt19937_64 random(4);
  return distil_loss(*student, *teacher, random_window(), settings, random).item<double>();
}

}  // namespace

TEST_CASE("Distillation: who takes the teacher's own step has nothing to learn") {
  torch::manual_seed(5);
  for (const bool clean_context : {false, true}) {
    auto model = random_model(clean_context);
    CHECK(loss(model, model, {4, /*teacher_steps=*/1, /*guidance=*/1.0}) < 1e-9);
  }
}

TEST_CASE("Distillation: guidance, finer steps and other weights are each something to learn") {
  torch::manual_seed(6);
  auto model = random_model(true), other = random_model(true);
  CHECK(loss(model, model, {4, 1, 3.0}) > 1e-6);
  CHECK(loss(model, model, {4, 24, 1.0}) > 1e-6);
  CHECK(loss(model, other, {4, 1, 1.0}) > 1e-3);
}

TEST_CASE("Distillation: the student hears its own predictor, with which it ships, and the teacher its own") {
  torch::manual_seed(8);
  auto teacher = random_model(true), student = random_model(true);
  const torch::NoGradGuard no_gradients;
  MovingAverage(*student, 0.0).update(*teacher, kLongAgo);
  const auto says_more = [](JointModel& model) { model->predictor->named_parameters()["project_out.bias"].add_(0.3); };
  const auto apart = [&] { return loss(student, teacher, {4, 1, 1.0}); };
  CHECK(apart() < 1e-9);
  says_more(student);
  CHECK(apart() > 1e-6);
  says_more(teacher);
  CHECK(apart() < 1e-9);
}

TEST_CASE("Distillation: only the student's transformer learns") {
  torch::manual_seed(7);
  auto student = random_model(true), teacher = random_model(true);
  std::mt19937_64 random(4);
  distil_loss(*student, *teacher, random_window(), {4, 8, 1.5}, random).backward();
  CHECK(student->dit->parameters().front().grad().defined());
  for (const auto& parameter : student->predictor->parameters()) CHECK_FALSE(parameter.grad().defined());
  for (const auto& parameter : teacher->parameters()) CHECK_FALSE(parameter.grad().defined());
}
