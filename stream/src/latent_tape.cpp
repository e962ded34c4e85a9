// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/latent_tape.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace photoplayer::stream {
namespace {

/// Below this two blocks are unrelated material (realtime.md §2.2 item 4).
constexpr float kRelated = 0.3F;

}  // namespace

float level_keeping_mix(float a, float b, float w, float rho) noexcept {
  const float keep = 1.0F - w;
  // ρ near −1 would cancel and blow up; opposite blocks are treated as unrelated.
  const float power = keep * keep + w * w + 2.0F * w * keep * std::clamp(rho, 0.0F, 1.0F);
  return (keep * a + w * b) / std::sqrt(power);
}

float correlation(std::span<const float> a, std::span<const float> b) noexcept {
  double ab = 0.0, aa = 0.0, bb = 0.0;
  const std::size_t count = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < count; ++i) {
    ab += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    aa += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    bb += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  const double scale = std::sqrt(aa * bb);
  return scale > 0.0 ? static_cast<float>(std::clamp(ab / scale, -1.0, 1.0)) : 0.0F;
}

LatentTape::LatentTape(int dims, int kept_rows, Handover handover, int fade_rows)
    : dims_(dims), kept_rows_(kept_rows), handover_(handover), fade_rows_(fade_rows) {}

std::size_t LatentTape::offset(std::int64_t row) const noexcept {
  return static_cast<std::size_t>(row - first_) * static_cast<std::size_t>(dims_);
}

std::int64_t LatentTape::end() const noexcept {
  return first_ + static_cast<std::int64_t>(data_.size() / static_cast<std::size_t>(dims_));
}

std::span<const float> LatentTape::rows(std::int64_t from, std::int64_t to) const noexcept {
  from = std::max(from, first_);
  to = std::min(to, end());
  if (from >= to) return {};
  return std::span(data_).subspan(offset(from), offset(to) - offset(from));
}

void LatentTape::commit(std::span<const float> latents, int hop, bool unrelated) {
  std::vector<float> fresh(latents.begin(), latents.end());
  const auto width = static_cast<std::size_t>(dims_);
  if (handover_ == Handover::kCrossfade) {
    const std::span<const float> old = rows(final_end_, final_end_ + fade_rows_);
    const std::size_t count = std::min(old.size(), fresh.size()) / width;
    const float rho = correlation(old.first(count * width), std::span(fresh).first(count * width));
    if (count > 0 && !(unrelated && rho < kRelated)) {
      for (std::size_t row = 0; row < count; ++row) {
        const double phase = static_cast<double>(row + 1) / static_cast<double>(count + 1);
        const auto w = static_cast<float>(0.5 - 0.5 * std::cos(std::numbers::pi * phase));
        for (std::size_t i = row * width; i < (row + 1) * width; ++i) {
          fresh[i] = level_keeping_mix(old[i], fresh[i], w, rho);
        }
      }
    }
  }
  data_.resize(offset(final_end_));
  data_.insert(data_.end(), fresh.begin(), fresh.end());
  final_end_ = std::min(final_end_ + hop, end());
  forget_old();
}

void LatentTape::commit_substitute(int count, int repeat_rows) {
  const std::int64_t target = final_end_ + count;
  data_.resize(offset(std::min(end(), target)));
  while (end() < target) {
    const std::int64_t source = end() - repeat_rows;
    if (source < first_) {
      data_.resize(data_.size() + static_cast<std::size_t>(dims_), 0.0F);
    } else {
      const std::size_t from = offset(source);
      for (std::size_t i = 0; i < static_cast<std::size_t>(dims_); ++i) data_.push_back(data_[from + i]);
    }
  }
  final_end_ = target;
  forget_old();
}

void LatentTape::forget_old() {
  const std::int64_t keep_from = final_end_ - kept_rows_;
  // In blocks, so that the move to the front is rare.
  if (keep_from - first_ < kept_rows_) return;
  data_.erase(data_.begin(), data_.begin() + static_cast<std::ptrdiff_t>(offset(keep_from)));
  first_ = keep_from;
}

void LatentTape::reopen(std::int64_t row) {
  final_end_ = std::clamp(row, first_, final_end_);
}

void LatentTape::skip(int count) {
  data_.clear();
  first_ = final_end_ = final_end_ + count;
}

void LatentTape::reset() {
  data_.clear();
  first_ = final_end_ = 0;
}

}  // namespace photoplayer::stream
