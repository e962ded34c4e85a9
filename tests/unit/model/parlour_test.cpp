// SPDX-License-Identifier: Apache-2.0
/// The shipped bundle does the work: it obeys its plan, and without its weights there is no music.
#include <photoplayer/model/bundle.h>
#include <photoplayer/model/score_layout.h>
#include <photoplayer/network/beat_plan.h>
#include <photoplayer/network/diffusion.h>
#include <photoplayer/network/dit.h>
#include <photoplayer/network/score_vae.h>

#include <nlohmann/json.hpp>
#include <set>

#include "parlour_network.h"
#include "support/catch.h"
#include "weights.h"

using namespace photoplayer;

namespace {

constexpr int kRows = 32;
constexpr std::uint32_t kMajor = 0xAB5;

/// I vi IV V, two bars each.
struct Harmony {
  std::array<int, 4> roots = {0, 9, 5, 7};
  std::array<std::uint16_t, 4> chroma = {0x091, 0x211, 0x221, 0x884};
};

struct Music {
  std::vector<std::pair<int, int>> notes;  ///< (row, pitch class) of every pitched onset
};

struct Player {
  Player() {
    const auto bundle = model::Bundle::open(PHOTOPLAYER_BUNDLE_FOR_TESTS);
    REQUIRE(bundle);
    auto networks = model::load_parlour_networks(*bundle);
    REQUIRE(networks);
    dit = networks->score.dit;
    vae = networks->vae;
  }

  Music play(const Harmony& harmony) {
    torch::NoGradGuard guard;
    torch::manual_seed(11);
    auto plan = torch::zeros({1, kRows, network::kPlanNumbers});
    for (int row = 0; row < kRows; ++row) {
      network::BeatPlan beat;
      const auto chord = static_cast<std::size_t>(row / 8);
      beat.chord_root = harmony.roots[chord], beat.chord_chroma = harmony.chroma[chord];
      beat.beat_in_bar = row % 4, beat.bar_in_phrase = row / 4;
      beat.density = 0.55F;
      beat.layers = 0b01111;
      network::encode(beat, std::span(plan.data_ptr<float>() + row * network::kPlanNumbers, network::kPlanNumbers));
    }
    network::GlobalPlan piece;
    piece.style[1] = 1.0F;
    piece.scale = stream::ScaleMode::kMajor;
    auto global = torch::zeros({1, network::kGlobalNumbers});
    network::encode(piece, std::span(global.data_ptr<float>(), network::kGlobalNumbers));
    network::SeenConditions seen;
    const auto& config = dit->config();
    seen.semantic = torch::zeros({1, kRows / 2, config.semantic_dims});
    seen.colour = torch::zeros({1, kRows / 2, config.colour_dims});
    seen.rhythm = torch::zeros({1, kRows, config.rhythm_dims});
    seen.semantic_visible = seen.colour_visible = torch::zeros({1, kRows / 2}, torch::kBool);
    seen.rhythm_visible = torch::zeros({1, kRows}, torch::kBool);
    seen.slow_beats = torch::arange(0, kRows, 2, torch::kFloat);
    const auto contexts = dit->contexts(seen);
    network::OutpaintJob job;
    job.noise = torch::randn({kRows, config.latent_dims});
    job.known = torch::empty({0, config.latent_dims});
    job.steps = 12;
    const auto made = network::outpaint(job, [&](const torch::Tensor& x, double t) {
      return dit(x.unsqueeze(0), torch::full({1}, t), plan, global, contexts)[0];
    });
    const auto logits = vae->decode(vae->denormalise(made.latents)).contiguous();
    Music music;
    for (int row = 0; row < kRows; ++row) {
      for (int step = 0; step < stream::kStepsPerBeat; ++step) {
        for (int layer = 0; layer < stream::kLayers - 1; ++layer) {
          const auto range = model::kPitchRanges[static_cast<std::size_t>(layer)];
          for (int i = 0; i < range.count; ++i) {
            const int at = model::onset_index(step, static_cast<stream::Layer>(layer), i);
            if (logits[row][at].item<float>() > 0.0F) music.notes.emplace_back(row, (range.lowest + i) % 12);
          }
        }
      }
    }
    return music;
  }

  network::Dit dit{nullptr};
  network::ScoreVae vae{nullptr};
};

double in_scale(const Music& music) {
  double inside = 0.0;
  for (const auto& [row, pitch] : music.notes) inside += (kMajor >> pitch) & 1U;
  return music.notes.empty() ? 0.0 : inside / static_cast<double>(music.notes.size());
}

double in_chord(const Music& music, const Harmony& harmony) {
  double inside = 0.0;
  for (const auto& [row, pitch] : music.notes)
    inside += (harmony.chroma[static_cast<std::size_t>(row / 8)] >> pitch) & 1U;
  return music.notes.empty() ? 0.0 : inside / static_cast<double>(music.notes.size());
}

/// Permutes the entries of every weight: the same numbers, none of the knowledge.
void shuffle(torch::nn::Module& module) {
  torch::NoGradGuard guard;
  for (auto& parameter : module.parameters()) {
    auto flat = parameter.view({-1});
    flat.copy_(flat.index_select(0, torch::randperm(flat.size(0))).clone());
  }
}

}  // namespace

TEST_CASE("parlour: plays in the scale that it is told") {
  Player player;
  const auto music = player.play({});
  CHECK(music.notes.size() > kRows);  // more than a note a beat
  CHECK(in_scale(music) >= 0.9);
}

TEST_CASE("parlour: with shuffled weights the scale is lost") {
  Player player;
  const double trained = in_scale(player.play({}));
  shuffle(*player.dit);
  CHECK(in_scale(player.play({})) <= trained - 0.05);
}

TEST_CASE("parlour: follows its chords, so chords read in another order agree no more than by chance") {
  Player player;
  const Harmony asked;
  Harmony permuted;
  permuted.roots = {9, 5, 7, 0};
  permuted.chroma = {asked.chroma[1], asked.chroma[2], asked.chroma[3], asked.chroma[0]};
  const auto music = player.play(asked);
  const double agreement = in_chord(music, asked);
  // Chance: how well the notes fit any of the four chords, whichever.
  double chance = 0.0;
  for (std::uint16_t chroma : asked.chroma) {
    Harmony same;
    same.chroma = {chroma, chroma, chroma, chroma};
    chance += in_chord(music, same) / 4.0;
  }
  CHECK(agreement >= 0.75);
  CHECK(in_chord(music, permuted) <= chance + 0.1);
  // And it is the condition that does it: told the permuted chords, it follows those.
  CHECK(in_chord(player.play(permuted), permuted) >= 0.75);
}
