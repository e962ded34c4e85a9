// SPDX-License-Identifier: Apache-2.0
#include "taught_stills.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <vector>

namespace photoplayer::train {
namespace {

constexpr std::int64_t kStored = 224;
constexpr std::int64_t kBatch = 4;  // small: what leaves the caches costs more than it gains

torch::Tensor integers(const nlohmann::json& list) {
  return torch::tensor(list.get<std::vector<std::int64_t>>());
}

std::filesystem::path with_suffix(std::filesystem::path stem, const char* suffix) {
  stem += suffix;
  return stem;
}

/// Shrinks all rows and asks the teacher about each, unless the cache already holds its answers.
bool fill(TaughtStills& stills, std::ifstream& raw, std::int64_t rows, const Teacher* teacher) {
  stills.rgb = torch::empty({rows, 3, TaughtStills::kSide, TaughtStills::kSide}, torch::kByte);
  std::vector<char> bytes(static_cast<std::size_t>(kBatch * kStored * kStored * 3));
  std::vector<torch::Tensor> pooled, logits;
  for (std::int64_t first = 0; first < rows; first += kBatch) {
    const auto count = std::min(kBatch, rows - first);
    if (!raw.read(bytes.data(), static_cast<std::streamsize>(count * kStored * kStored * 3))) return false;
    const auto batch = torch::from_blob(bytes.data(), {count, kStored, kStored, 3}, torch::kByte);
    const auto planes = batch.permute({0, 3, 1, 2}).to(torch::kFloat);
    stills.rgb.narrow(0, first, count)
        .copy_(torch::adaptive_avg_pool2d(planes, {TaughtStills::kSide, TaughtStills::kSide}).round_());
    if (teacher != nullptr) {
      const auto taught = (*teacher)(batch);
      pooled.push_back(taught.pooled);
      logits.push_back(taught.logits);
      if (first % 512 == 0)
        std::fprintf(stderr, "teacher: %ld of %ld\n", static_cast<long>(first), static_cast<long>(rows));
    }
  }
  if (teacher != nullptr) {
    stills.pooled = torch::cat(pooled);
    stills.logits = torch::cat(logits);
  }
  return true;
}

}  // namespace

Result<TaughtStills> load_taught_stills(const std::filesystem::path& stem, const Teacher& teacher) try {
  const torch::InferenceMode guard(false);
  const torch::NoGradGuard no_grad;
  std::ifstream index(with_suffix(stem, ".json"));
  std::ifstream raw(with_suffix(stem, ".raw"), std::ios::binary);
  if (!index || !raw)
    return fail(ErrorCode::kBadInput, "no stills at " + stem.string() + ".{raw,json}: run collect_stills.py");
  const auto json = nlohmann::json::parse(index);
  TaughtStills stills;
  stills.sources = json.at("sources");
  stills.still = integers(json.at("still"));
  stills.source = integers(json.at("source"));
  const auto rows = json.at("rows").get<std::int64_t>();
  const auto cache = with_suffix(stem, ".taught");
  std::vector<torch::Tensor> cached;
  if (std::filesystem::exists(cache)) torch::load(cached, cache.string());
  const bool known = cached.size() == 2 && cached[0].size(0) == rows && cached[1].size(0) == rows;
  if (!fill(stills, raw, rows, known ? nullptr : &teacher))
    return fail(ErrorCode::kBadInput, stem.string() + ".raw is shorter than its index says");
  if (known) {
    stills.pooled = cached[0];
    stills.logits = cached[1];
  } else {
    torch::save(std::vector<torch::Tensor>{stills.pooled, stills.logits}, cache.string());
  }
  return stills;
} catch (const std::exception& error) {
  return fail(ErrorCode::kBadInput, "cannot read the stills at " + stem.string() + ": " + error.what());
}

}  // namespace photoplayer::train
