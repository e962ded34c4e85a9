// SPDX-License-Identifier: Apache-2.0
#include "checkpoint.h"

#include <filesystem>
#include <stdexcept>

namespace photoplayer::train {
namespace {

std::string optimiser_key(std::size_t index) {
  return "optimiser" + std::to_string(index);
}

/// An archive's keys are names of attributes, which may hold no dots: the real names are one string.
std::string names_of(const NamedTensors& tensors) {
  std::string names;
  for (const auto& [name, tensor] : tensors) names += name + "\n";
  return names;
}

}  // namespace

void save_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
  torch::serialize::OutputArchive archive;
  std::size_t index = 0;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    archive.write("tensor" + std::to_string(index++), tensor.detach().cpu());
  }
  archive.write("names", c10::IValue(names_of(checkpoint.tensors)));
  archive.write("note", c10::IValue(checkpoint.note.dump()));
  for (std::size_t i = 0; i < checkpoint.optimisers.size(); ++i) {
    torch::serialize::OutputArchive inner(archive.compilation_unit());
    checkpoint.optimisers[i]->save(inner);
    archive.write(optimiser_key(i), inner);
  }
  archive.save_to(path + ".part");
  std::filesystem::rename(path + ".part", path);
}

bool load_checkpoint(const std::string& path, Checkpoint& checkpoint) {
  if (!std::filesystem::exists(path)) return false;
  const torch::NoGradGuard guard;
  torch::serialize::InputArchive archive;
  archive.load_from(path);
  c10::IValue text;
  archive.read("names", text);
  if (text.toStringRef() != names_of(checkpoint.tensors)) {
    throw std::runtime_error("'" + path + "' is of another network; choose another run folder or remove it");
  }
  std::size_t index = 0;
  for (auto& [name, tensor] : checkpoint.tensors) {
    torch::Tensor saved;
    archive.read("tensor" + std::to_string(index++), saved);
    if (saved.sizes() != tensor.sizes()) {
      throw std::runtime_error("'" + path + "': '" + name + "' has another shape; choose another run folder");
    }
    tensor.copy_(saved);
  }
  archive.read("note", text);
  checkpoint.note = nlohmann::json::parse(text.toStringRef());
  for (std::size_t i = 0; i < checkpoint.optimisers.size(); ++i) {
    torch::serialize::InputArchive inner;
    archive.read(optimiser_key(i), inner);
    checkpoint.optimisers[i]->load(inner);
  }
  return true;
}

}  // namespace photoplayer::train
