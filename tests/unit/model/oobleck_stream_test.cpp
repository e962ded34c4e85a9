// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/network/oobleck_stream.h>
#include <photoplayer/stream/latent_tape.h>
#include <photoplayer/stream/noise.h>

#include <cmath>
#include <string>
#include <vector>

#include "random_oobleck.h"
#include "support/catch.h"

using namespace photoplayer;
using namespace photoplayer::network;

namespace {

constexpr int kDims = 8;
constexpr int kHop = 22, kLookAhead = 12, kHops = 46;  // a hop is 1.02 s
constexpr std::int64_t kPerLatent = 2048;

OobleckDecoder narrow_decoder(std::uint64_t seed = 1) {  // the published one in time, but not in width
  OobleckConfig config;
  config.channels = 4, config.c_mults = {1, 2, 2, 4, 4}, config.latent_dims = kDims;
  return tests::make_random_oobleck(config, seed);
}

torch::Tensor as_tensor(std::span<const float> values, std::int64_t columns) {
  return torch::tensor(at::ArrayRef<float>(values.data(), values.size())).view({-1, columns});
}

/// rows [row, dim] → audio [frame, channel]
torch::Tensor decode(OobleckDecoder& decoder, const torch::Tensor& rows) {
  const torch::NoGradGuard guard;
  return decoder(rows.t().unsqueeze(0))[0].t();
}

// A stream as a generator makes it.

/// How latents go on within a piece (`smooth`: correlation of neighbours) and how much of a provisional latent survives
/// in the final one (`warm`: correlation of what drives them; 0 = made anew).
struct Scene {
  const char* name;
  float smooth;
  float warm;
  bool cut;  ///< every hop is other material
};

class ScriptedGenerator {
 public:
  explicit ScriptedGenerator(const Scene& scene) : scene_(scene) {}

  /// The next window in view of the tape's final rows, as outpainting gives it.
  std::vector<float> window(const stream::LatentTape& tape) {
    std::vector<float> drive(static_cast<std::size_t>((kHop + kLookAhead) * kDims));
    stream::fill_noise(++windows_, tape.final_end(), kDims, drive);
    for (std::size_t i = 0; i < provisional_.size(); ++i) drive[i] = blend(provisional_[i], drive[i], scene_.warm);
    provisional_.assign(drive.begin() + kHop * kDims, drive.end());

    const auto before = tape.rows(tape.final_end() - 1, tape.final_end());
    const bool goes_on = !before.empty() && !scene_.cut;
    std::vector<float> rows = drive;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i >= kDims) {
        rows[i] = blend(rows[i - kDims], drive[i], scene_.smooth);
      } else if (goes_on) {
        rows[i] = blend(before[i], drive[i], scene_.smooth);
      }
    }
    return rows;
  }

 private:
  static float blend(float old, float fresh, float rho) { return rho * old + std::sqrt(1.0F - rho * rho) * fresh; }
  Scene scene_;
  std::uint64_t windows_ = 0;
  std::vector<float> provisional_;
};

enum class Join {
  kStream,  ///< the product's way
  kPasted,  ///< full context, but nothing is faded
  kAlone,   ///< every hop is decoded without its neighbours
};

torch::Tensor play(const Scene& scene, Join join) {  // [frame, channel]
  auto decoder = narrow_decoder();
  OobleckStream stream(decoder, join == Join::kStream ? OobleckStream::kFade_frames : 0);
  stream::LatentTape tape(kDims, 2 * kHop,
                          join == Join::kStream ? stream::Handover::kCrossfade : stream::Handover::kOnBeat,
                          OobleckStream::kTapeFade_rows);
  ScriptedGenerator generator(scene);
  std::vector<torch::Tensor> audio;
  for (int hop = 0; hop < kHops; ++hop) {
    tape.commit(generator.window(tape), kHop, scene.cut);
    if (join == Join::kAlone) {
      audio.push_back(decode(decoder, as_tensor(tape.rows(tape.final_end() - kHop, tape.final_end()), kDims)));
    } else {
      audio.push_back(as_tensor(stream.advance(tape).value(), 2));
    }
  }
  return torch::cat(audio);
}

// What is heard at the seams.

/// A number at the seams against the same number at all places that no seam is near.
struct Compared {
  torch::Tensor seams;
  double limit = 0.0, usual = 0.0;  ///< percentile that the seams may not exceed; median
  [[nodiscard]] std::int64_t count() const { return seams.numel(); }
  [[nodiscard]] std::int64_t beyond() const { return (seams > limit).sum().item<std::int64_t>(); }
};

std::ostream& operator<<(std::ostream& out, const Compared& c) {
  return out << "worst " << c.seams.max().item<double>() << ", median " << c.seams.median().item<double>()
             << " (elsewhere median " << c.usual << ", limit " << c.limit << "), beyond it " << c.beyond() << " of "
             << c.count();
}

constexpr std::int64_t kNear_frames = 220;       // 5 ms
constexpr std::int64_t kLoudness_frames = 2205;  // 50 ms

/// `of` gives the numbers at these places.
template <typename Number>
Compared compare(const torch::Tensor& audio, std::int64_t reach_frames, double quantile, const Number& of) {
  const auto seams = torch::arange(1, kHops) * (kHop * kPerLatent);
  const auto places = torch::arange(kLoudness_frames, audio.size(0) - kLoudness_frames, 44);
  const auto since_seam = places.unsqueeze(1) - seams;
  const auto touches = (since_seam > -reach_frames) & (since_seam < OobleckStream::kFade_frames + reach_frames);
  const auto elsewhere = of(places.index({~touches.any(1)}));
  return {of(seams), torch::quantile(elsewhere, quantile).template item<double>(),
          elsewhere.median().template item<double>()};
}

/// Largest second difference within 5 ms.
Compared clicks(const torch::Tensor& audio) {
  const auto second = torch::diff(audio, 2, 0).abs().amax(1);
  const auto around = second.unfold(0, 2 * kNear_frames + 1, 1);  // around[i] is centred on frame i + kNear + 1
  return compare(audio, 2 * kNear_frames, 0.999, [&](const torch::Tensor& places) {
    return around.index({places - kNear_frames - 1}).amax(1).to(torch::kDouble);
  });
}

/// |dB of the 50 ms after − dB of the 50 ms before|.
Compared loudness_jumps(const torch::Tensor& audio) {
  const auto sum = torch::cat({torch::zeros(1, torch::kDouble), audio.to(torch::kDouble).square().sum(1).cumsum(0)});
  return compare(audio, 2 * kLoudness_frames, 0.95, [&](const torch::Tensor& places) {
    const auto before = sum.index({places}) - sum.index({places - kLoudness_frames});
    const auto after = sum.index({places + kLoudness_frames}) - sum.index({places});
    return (10.0 * torch::log10(after / before)).abs();
  });
}

/// One seam in twenty lies beyond the interior's 95th percentile by chance: the probability of as many or more.
double chance_of(const Compared& jumps) {
  const auto n = static_cast<double>(jumps.count());
  double sum = 0.0;
  for (auto k = static_cast<double>(jumps.beyond()); k <= n; ++k) {
    sum += std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0) + k * std::log(0.05) +
                    (n - k) * std::log(0.95));
  }
  return sum;
}

}  // namespace

TEST_CASE("OobleckStream: hops add up to the decoding of the whole when latents stay what they are", "[model][unit]") {
  auto decoder = narrow_decoder();
  const int hops[] = {22, 1, 7, 30, 3, 22};
  constexpr int kRows = 85;
  std::vector<float> rows((kRows + kLookAhead) * kDims);
  stream::fill_noise(3, 0, kDims, rows);
  const auto whole = decode(decoder, as_tensor(rows, kDims)).slice(0, 0, kRows * kPerLatent);

  OobleckStream stream(decoder);
  CHECK(stream.context() == 10);
  CHECK(stream.look_ahead() == 10);
  stream::LatentTape tape(kDims, 48, stream::Handover::kCrossfade);
  std::vector<torch::Tensor> parts;
  for (const int hop : hops) {
    const auto from = tape.final_end() * kDims;
    tape.commit(
        std::span(rows).subspan(static_cast<std::size_t>(from), static_cast<std::size_t>((hop + kLookAhead) * kDims)),
        hop);
    const auto audio = stream.advance(tape);
    REQUIRE(audio);
    REQUIRE(audio->size() == static_cast<std::size_t>(hop * kPerLatent * 2));
    CHECK(stream.next_row() == tape.final_end());
    parts.push_back(as_tensor(*audio, 2));
  }
  const auto error = (torch::cat(parts) - whole).abs().max() / whole.std();
  INFO("relative error " << error.item<double>());
  CHECK(error.item<double>() < 1e-4);
  CHECK(stream.advance(tape)->empty());
}

TEST_CASE("OobleckStream: what the ladder plays instead of a late hop needs no look-ahead", "[model][unit]") {
  OobleckStream stream(narrow_decoder());
  stream::LatentTape tape(kDims, 48, stream::Handover::kCrossfade);
  ScriptedGenerator generator({"", 0.9F, 0.0F, false});
  tape.commit(generator.window(tape), kHop);
  REQUIRE(stream.advance(tape));
  tape.commit_substitute(kHop, kHop);  // more than there was look-ahead
  CHECK(tape.end() == tape.final_end());
  CHECK(stream.advance(tape)->size() == kHop * kPerLatent * 2);
  tape.commit(generator.window(tape), kHop);
  CHECK(stream.advance(tape)->size() == kHop * kPerLatent * 2);
}

TEST_CASE("OobleckStream: a tape that forgot the context is refused, a new one begins anew", "[model][unit]") {
  OobleckStream stream(narrow_decoder());
  stream::LatentTape tape(kDims, 4, stream::Handover::kCrossfade);
  const std::vector<float> rows(kHop * kDims);
  tape.commit(rows, kHop);
  CHECK_FALSE(stream.advance(tape));
  tape.reset();
  stream.reset();
  tape.commit(rows, 1);
  CHECK(stream.advance(tape)->size() == kPerLatent * 2);
}

TEST_CASE("OobleckStream: no click and no jump of loudness at seams", "[model][seams]") {
  const auto scene = GENERATE(Scene{"smooth latents, warm start", 0.9F, 0.9F, false},
                              Scene{"smooth latents, look-ahead made anew", 0.9F, 0.0F, false},
                              Scene{"white latents, warm start", 0.0F, 0.9F, false},
                              Scene{"white latents, look-ahead made anew", 0.0F, 0.0F, false});
  const auto audio = play(scene, Join::kStream);
  const auto click = clicks(audio), jump = loudness_jumps(audio);
  const double chance = chance_of(jump);
  WARN(scene.name << "\n  2nd difference: " << click << "\n  loudness jump, dB: " << jump
                  << ", by chance p = " << chance);
  CHECK(click.beyond() == 0);
  CHECK(chance >= 0.01);
}

// Other material may be louder or softer, so loudness is not asked for.
TEST_CASE("OobleckStream: no click where unrelated material is cut in", "[model][seams]") {
  const Scene scene{"smooth latents, cuts", 0.9F, 0.0F, true};
  const auto click = clicks(play(scene, Join::kStream));
  WARN(scene.name << "\n  2nd difference: " << click);
  CHECK(click.beyond() == 0);
}

TEST_CASE("OobleckStream: the seam measures hear a paste, and hops without context", "[model][seams]") {
  const Scene scene{"smooth latents, look-ahead made anew", 0.9F, 0.0F, false};
  const auto pasted = clicks(play(scene, Join::kPasted));
  const auto alone = loudness_jumps(play(scene, Join::kAlone));
  WARN("pasted: 2nd difference: " << pasted << "\n  alone: loudness jump, dB: " << alone
                                  << ", by chance p = " << chance_of(alone));
  CHECK(pasted.beyond() > pasted.count() / 10);
  CHECK(chance_of(alone) < 1e-4);
}
