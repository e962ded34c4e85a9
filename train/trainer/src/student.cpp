// SPDX-License-Identifier: Apache-2.0
#include "student.h"

#include <algorithm>

namespace photoplayer::train {

Result<void> names_what_learns(const std::vector<std::string>& only, const network::DitConfig& dit) {
  if (only.empty()) return {};
  const auto parameters = JointModel(dit)->dit->named_parameters();
  for (const auto& part : only) {
    const bool known = std::any_of(parameters.begin(), parameters.end(), [&](const auto& item) {
      return ("dit." + item.key()).find(part) != std::string::npos;
    });
    if (!known) {
      return fail(ErrorCode::kBadInput, "'distil_only' has '" + part +
                                            "', which is in no name of the transformer's parameters; only those "
                                            "learn by distillation");
    }
  }
  return {};
}

Result<void> has_our_network(const model::Bundle& student, const nlohmann::json& ours) {
  const auto its = nlohmann::json::parse(student.config());
  std::string differs;
  for (const auto& [key, value] : ours.items()) {
    // Bundles from before contexts could be clean do not say.
    const auto other = its.value(key, key == "context" ? nlohmann::json("renoised") : nlohmann::json());
    if (other != value)
      differs += (differs.empty() ? "" : ", ") + key + " " + other.dump() + " (here " + value.dump() + ")";
  }
  if (differs.empty()) return {};
  return fail(ErrorCode::kBadInput,
              "the student in 'distil_start' '" + student.path().string() + "' is of another network: " + differs);
}

Result<void> has_our_latents(const model::Bundle& student, const network::ScoreVaeImpl& vae) {
  const auto same = [&](const std::string& name, const torch::Tensor& tensor) {
    const auto its = student.read_f32(name, tensor.sizes().vec());
    const auto stored = tensor.detach().to(torch::kCPU, torch::kHalf).to(torch::kFloat);
    return its && torch::equal(torch::tensor(*its).view(tensor.sizes()), stored);
  };
  auto tensors = vae.named_parameters();
  tensors.update(vae.named_buffers());
  for (const auto& item : tensors) {
    const auto name = "vae." + item.key();
    if (same(name, item.value())) continue;
    return fail(ErrorCode::kBadInput, "the student in 'distil_start' '" + student.path().string() +
                                          "' has another VAE than this run ('" + name +
                                          "' differs), so it would take our latents for something else; train with a "
                                          "'start_bundle' of the student's VAE, or without 'distil_start'");
  }
  return {};
}

}  // namespace photoplayer::train
