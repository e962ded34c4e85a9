// SPDX-License-Identifier: Apache-2.0
#include "cut_detector.h"

#include <algorithm>
#include <cmath>

namespace photoplayer::perception::detail {
namespace {

constexpr float kThreshold = 27.0F;  ///< ContentDetector's default
/// Frames one second apart differ more without any cut; the threshold grows with the logarithm of the
/// distance.
constexpr float kSparseExtra = 8.0F;
constexpr double kDense_s = 0.1;
/// A cut stands out from the motion around it (AdaptiveDetector's idea, looking back only).
constexpr float kAboveUsual = 2.0F;
constexpr double kUsualMemory_s = 1.0;
constexpr double kMinScene_s = 0.3;
constexpr double kFlash_s = 0.2;
constexpr double kFlashTolerance_s = 0.002;
constexpr double kFlashMaxInterval_s = 0.11;
constexpr float kReturned = 0.5F;  ///< the picture is back if it differs by less than this part of the jump

float threshold(double age_s) noexcept {
  const double decades = std::clamp(std::log10(age_s / kDense_s), 0.0, 1.0);
  return kThreshold + kSparseExtra * static_cast<float>(decades);
}

float strength(float score) noexcept {
  return 1.0F - std::exp2(-score / kThreshold);
}

/// Almost white, almost black, or the same picture in another light.
bool looks_like_flash(const FramePlanes& before, const FramePlanes& now) noexcept {
  const FrameMeans& means = now.means;
  const bool flat = means.contrast < 0.08F;
  const bool white = flat && means.brightness > 0.8F && means.saturation < 0.15F;
  const bool black = flat && means.brightness < 0.06F;
  const bool relit =
      std::abs(means.brightness - before.means.brightness) > 0.08F && luma_correlation(before, now) > 0.8F;
  return white || black || relit;
}

}  // namespace

void CutDetector::reset() noexcept {
  jump_.reset();
  last_cut_s_.reset();
  usual_score_ = 0.0F;
}

void CutDetector::report_cut(double time_s, float score, CutVerdict& verdict) {
  verdict.cut = stream::VisualEvent{time_s, stream::VisualEventKind::kCut, strength(score)};
  last_cut_s_ = time_s;
}

/// Has the picture come back, has the time run out, or has it gone on to something else?
void CutDetector::settle_jump(const FramePlanes& now, bool jumped_again, CutVerdict& verdict) {
  const stream::VisualEvent flash{jump_->time_s, stream::VisualEventKind::kFlash, strength(jump_->score)};
  if (now.time_s - jump_->time_s > kFlash_s + kFlashTolerance_s) {
    if (!jump_->reported) report_cut(jump_->time_s, jump_->score, verdict);
    jump_.reset();
  } else if (content_score(before_jump_, now) < kReturned * jump_->score) {
    verdict.flash = flash;
    verdict.jumped = true;
    verdict.forget_before = true;
    jump_.reset();
  } else if (jumped_again && !jump_->reported) {
    verdict.flash = flash;  // scene, flash, other scene: the caller goes on to the cut
    jump_.reset();
  }
}

CutVerdict CutDetector::add(const FramePlanes& reference, const FramePlanes& now, double interval_s) {
  CutVerdict verdict;
  const double age_s = now.time_s - reference.time_s;
  const float score = content_score(reference, now);
  const bool jumped = score >= std::max(threshold(age_s), kAboveUsual * usual_score_);
  verdict.jumped = jumped;
  if (jump_) settle_jump(now, jumped, verdict);

  const bool back_from_flash = verdict.flash && verdict.forget_before;
  const bool too_soon = last_cut_s_ && now.time_s - *last_cut_s_ < kMinScene_s;
  if (jumped && !back_from_flash && !verdict.cut) {
    verdict.forget_before = true;
    if (!jump_ && !too_soon) {
      const bool wait = interval_s <= kFlashMaxInterval_s && looks_like_flash(reference, now);
      before_jump_ = reference;
      jump_ = Jump{now.time_s, score, !wait};
      if (!wait) report_cut(now.time_s, score, verdict);
      return verdict;
    }
  }
  if (!back_from_flash) {
    const auto weight = static_cast<float>(1.0 - std::exp(-interval_s / kUsualMemory_s));
    usual_score_ += weight * (std::min(score, kThreshold) - usual_score_);
  }
  return verdict;
}

}  // namespace photoplayer::perception::detail
