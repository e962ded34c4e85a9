// SPDX-License-Identifier: Apache-2.0
#include "plan.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace photoplayer::train {
namespace {

using stream::kStepsPerBeat;
using stream::Layer;

/// The music as the picture hears it: onsets by role, and how busy each bar is.
struct Heard {
  std::array<std::vector<Onset>, Plan::kDrives> onsets;
  std::vector<float> busy;  ///< per bar: onsets relative to the piece's mean, −1…1
  double step_s = 0.15;
  int bars = 0;
};

Heard listen(const Piece& piece) {
  Heard heard;
  heard.step_s = 60.0 / piece.tempo_bpm / kStepsPerBeat;
  const int steps = piece.beats * kStepsPerBeat;
  const int bar_steps = std::max(1, piece.beats_per_bar) * kStepsPerBeat;
  heard.bars = (steps + bar_steps - 1) / bar_steps;
  struct Step {
    int all = 0, lead = 0;
    float accent = 0.0F;
  };
  std::vector<Step> by_step(static_cast<std::size_t>(std::max(steps, 0)));
  bool drums = false;
  for (const PieceNote& note : piece.notes) drums = drums || note.layer == Layer::kDrums;
  for (const PieceNote& note : piece.notes) {
    if (note.start_step < 0 || note.start_step >= steps) continue;
    Step& step = by_step[static_cast<std::size_t>(note.start_step)];
    ++step.all;
    if (note.layer == Layer::kMelody || note.layer == Layer::kFigure) ++step.lead;
    if (note.layer == Layer::kDrums) {
      if (note.pitch == 35 || note.pitch == 36) step.accent += 0.6F;  // kick
      if (note.pitch == 38 || note.pitch == 40) step.accent += 0.6F;  // snare
      if (note.pitch == 49 || note.pitch == 57) step.accent += 0.5F;  // crash
    } else if (!drums && note.layer == Layer::kBass) {
      step.accent += 0.6F;
    }
  }
  heard.busy.assign(static_cast<std::size_t>(heard.bars), 0.0F);
  float mean = 0.0F;
  for (int s = 0; s < steps; ++s) {
    const Step& step = by_step[static_cast<std::size_t>(s)];
    if (step.all == 0) continue;
    const double time = s * heard.step_s;
    const bool bar_line = s % bar_steps == 0;
    const float accent = step.accent + (bar_line ? 0.3F : 0.0F);
    if (accent > 0.0F) heard.onsets[0].push_back({time, std::min(1.0F, accent)});
    if (step.lead > 0) heard.onsets[1].push_back({time, 0.6F});
    heard.onsets[2].push_back({time, std::min(1.0F, static_cast<float>(step.all) * 0.22F)});
    heard.busy[static_cast<std::size_t>(s / bar_steps)] += 1.0F;
    mean += 1.0F / static_cast<float>(heard.bars);
  }
  for (float& busy : heard.busy) busy = mean > 0.0F ? std::clamp(busy / mean - 1.0F, -1.0F, 1.0F) : 0.0F;
  return heard;
}

/// What a picture without this music would do: a pulse of its own.
void mishear(Heard& heard, double duration_s, double beat_s, Random& random) {
  for (auto& onsets : heard.onsets) {
    onsets.clear();
    const float keep = random.uniform(0.3F, 0.95F);
    const double period = beat_s * (random.chance(0.5F) ? 0.5 : 1.0);
    for (double time = static_cast<double>(random.uniform()) * beat_s; time < duration_s; time += period) {
      if (random.chance(keep)) onsets.push_back({time, random.uniform(0.3F, 1.0F)});
    }
  }
  for (float& busy : heard.busy) busy = random.uniform(-0.7F, 0.7F);
}

/// Lost, late and invented events.
std::vector<Onset> disturb(const std::vector<Onset>& onsets, double duration_s, Random& random) {
  const float lost = random.chance(0.3F) ? 0.0F : random.uniform(0.0F, 0.35F);
  const float jitter_s = random.uniform(0.0F, 0.035F);
  const float late_s = random.uniform(-0.02F, 0.04F);
  const float invented_hz = random.chance(0.5F) ? 0.0F : random.uniform(0.0F, 0.4F);
  std::vector<Onset> out;
  for (const Onset& onset : onsets) {
    if (random.chance(lost)) continue;
    out.push_back({onset.time_s + static_cast<double>(late_s + jitter_s * random.normal()),
                   onset.weight * random.uniform(0.75F, 1.1F)});
  }
  const int invented = static_cast<int>(duration_s * static_cast<double>(invented_hz));
  for (int i = 0; i < invented; ++i) {
    out.push_back({duration_s * static_cast<double>(random.uniform()), random.uniform(0.4F, 1.0F)});
  }
  return out;
}

struct CutTime {
  double time_s = 0.0;
  double dissolve_s = 0.0;
};

std::vector<CutTime> plan_cuts(const Heard& heard, double bar_s, double duration_s, float arousal, Random& random) {
  const float eager = std::clamp(0.16F + 0.16F * arousal + 0.08F * random.normal(), 0.03F, 0.5F);
  const float astray = random.chance(0.25F) ? random.uniform(0.1F, 0.9F) : 0.08F;  ///< cuts that ignore the bars
  std::vector<CutTime> cuts;
  const double shortest_s = 0.7 + 0.5 * static_cast<double>(1.0F - arousal);
  double last = 0.0;
  for (int bar = 1; bar < heard.bars; ++bar) {
    const float busy = heard.busy[static_cast<std::size_t>(bar)];
    const float change = std::abs(busy - heard.busy[static_cast<std::size_t>(bar) - 1]);
    float chance = eager * (1.0F + 0.5F * busy) + 0.3F * change;
    if (bar % 4 == 0) chance = chance * 2.5F + 0.1F;
    double time = bar * bar_s + static_cast<double>(random.uniform(-0.06F, 0.06F));
    if (random.chance(astray))
      time += static_cast<double>(random.uniform(-0.5F, 0.5F)) * bar_s;
    else if (arousal > 0.3F && random.chance(0.25F))
      time += 0.5 * bar_s;
    if (!random.chance(chance) || time - last < shortest_s || time > duration_s - 0.3) continue;
    const bool dissolve = random.chance(0.1F - 0.06F * arousal);
    cuts.push_back({time, dissolve ? static_cast<double>(random.uniform(0.3F, 0.9F)) : 0.0});
    last = time;
  }
  return cuts;
}

SceneKind pick_kind(int style, float arousal, Random& random) {
  // Hills, sea, city, bokeh, shapes, rays, texture, plain.
  std::array<float, kSceneKinds> weights = {1.2F, 1.2F, 1.0F, 1.0F, 1.0F, 0.5F, 1.2F, 0.5F};
  weights[0] *= 1.0F - 0.4F * arousal;
  weights[1] *= 1.0F - 0.5F * arousal;
  weights[2] *= 1.0F + 0.4F * arousal;
  weights[4] *= 1.0F + 0.6F * arousal;
  weights[5] *= 1.0F + 0.6F * arousal;
  if (style == 2) weights[6] *= 2.0F;                      // ambient: texture
  if (style == 3) weights[2] *= 2.0F;                      // lofi: city
  if (style == 5 || style == 7) weights[0] *= 2.0F;        // adventure, folk: hills
  if (style == 6) weights[4] *= 2.0F, weights[5] *= 2.0F;  // electronic: shapes, rays
  float total = 0.0F;
  for (float weight : weights) total += weight;
  float at = random.uniform() * total;
  for (int kind = 0; kind < kSceneKinds; ++kind) {
    at -= weights[static_cast<std::size_t>(kind)];
    if (at < 0.0F) return static_cast<SceneKind>(kind);
  }
  return SceneKind::kPlain;
}

/// Scenes as wished. Without a mood, neighbours contrast: opposite hues, dark against bright.
void scenes_as_wished(Plan& plan, const std::vector<SceneWish>& wishes, const Piece& piece, Random& random) {
  float hue = random.uniform();
  bool bright = random.chance(0.5F);
  std::optional<SceneKind> before;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const SceneWish& wish = wishes[i];
    Scene scene;
    scene.from_s = i == 0 ? 0.0 : wish.from_s;
    scene.to_s = i + 1 < wishes.size() ? wishes[i + 1].from_s : plan.duration_s;
    scene.kind = wish.kind.value_or(pick_kind(piece.style, piece.arousal, random));
    while (!wish.kind && before == scene.kind) scene.kind = pick_kind(piece.style, piece.arousal, random);
    before = scene.kind;
    if (wish.valence || wish.arousal) {
      scene.palette = mood_palette(piece.style, wish.valence.value_or(0.0F), wish.arousal.value_or(0.0F), random);
    } else {
      scene.palette = make_palette(hue, random.uniform(0.5F, 0.8F), bright ? 0.85F : 0.22F, random);
    }
    hue += 0.5F + random.uniform(-0.1F, 0.1F);
    bright = !bright;
    scene.seed = static_cast<std::uint32_t>(random.bits());
    plan.scenes.push_back(std::move(scene));
  }
}

void scenes_from_music(Plan& plan, const Heard& heard, const Piece& piece, double bar_s, float arousal, float valence,
                       bool one_take, Random& random) {
  std::vector<CutTime> cuts = plan_cuts(heard, bar_s, plan.duration_s, arousal, random);
  if (one_take) cuts.clear();
  const float wander = random.uniform(0.05F, 0.35F);  ///< how much moods differ between scenes
  for (std::size_t i = 0; i <= cuts.size(); ++i) {
    Scene scene;
    scene.from_s = i == 0 ? 0.0 : cuts[i - 1].time_s;
    scene.to_s = i < cuts.size() ? cuts[i].time_s : plan.duration_s;
    scene.dissolve_s = i == 0 ? 0.0 : cuts[i - 1].dissolve_s;
    const bool return_to = i >= 2 && random.chance(0.3F);  // shot and counter-shot, as in film
    if (return_to) {
      scene.kind = plan.scenes[i - 2].kind;
      scene.palette = plan.scenes[i - 2].palette;
      scene.seed = plan.scenes[i - 2].seed;
    } else {
      scene.kind = pick_kind(piece.style, arousal, random);
      const auto bar = static_cast<std::size_t>(
          std::clamp(static_cast<int>(std::lround(scene.from_s / bar_s)), 0, std::max(0, heard.bars - 1)));
      const float busy = heard.busy.empty() ? 0.0F : heard.busy[bar];
      scene.palette = mood_palette(piece.style, std::clamp(valence + wander * random.normal(), -1.0F, 1.0F),
                                   std::clamp(arousal + 0.5F * busy + wander * random.normal(), -1.0F, 1.0F), random);
      scene.seed = static_cast<std::uint32_t>(random.bits());
    }
    plan.scenes.push_back(std::move(scene));
  }
}

/// The camera stands, the figure is the picture.
void perform(Scene& scene, Random& random) {
  scene.figure = static_cast<FigureKind>(1 + random.below(kFigures));
  scene.figure_size = random.uniform(0.45F, 0.75F);
  scene.figure_x = kAspect / 2.0F + random.uniform(-0.25F, 0.25F);
  scene.figure_phase = 0.0F;
  scene.pan *= 0.15F, scene.zoom *= 0.3F;
  scene.pan_push = scene.punch = 0.0F;
  for (Thing& thing : scene.things) thing.push = thing.hop = thing.spin = 0.0F;
}

}  // namespace

Plan make_plan(const Piece& piece, std::uint64_t seed, const RenderSettings& settings) {
  Random random(seed);
  Heard heard = listen(piece);
  Plan plan;
  const double piece_beat_s = 60.0 / piece.tempo_bpm;
  plan.duration_s = std::max(0.1, piece.beats * piece_beat_s);
  plan.beat_s = piece_beat_s;

  const bool mismatched = random.chance(settings.mismatch_probability);
  // Square root: more pieces follow closely than not at all.
  plan.coupling = settings.coupling.value_or(std::sqrt(random.uniform()));
  float arousal = piece.arousal;
  float valence = piece.valence;
  if (random.chance(0.1F)) valence = random.uniform(-1.0F, 1.0F);
  double bar_s = piece_beat_s * std::max(1, piece.beats_per_bar);
  if (mismatched) {
    plan.beat_s = 60.0 / static_cast<double>(random.uniform(50.0F, 170.0F));
    plan.beat_origin_s = plan.beat_s * static_cast<double>(random.uniform());
    bar_s *= static_cast<double>(random.uniform(0.6F, 1.7F));
    heard.bars = static_cast<int>(plan.duration_s / bar_s);
    heard.busy.assign(static_cast<std::size_t>(heard.bars) + 1, 0.0F);
    mishear(heard, plan.duration_s, plan.beat_s, random);
    arousal = random.uniform(-1.0F, 1.0F);
    valence = random.uniform(-1.0F, 1.0F);
    plan.coupling = 0.0F;
  } else {
    plan.beat_origin_s = static_cast<double>(random.uniform(-0.03F, 0.03F));
  }
  const float drawn = mismatched ? random.uniform(0.2F, 1.0F) : plan.coupling;
  // Up to one grey level: what a noisy camera leaves after a thumbnail has averaged it.
  plan.grain = settings.grain && random.chance(0.6F) ? random.uniform(0.0F, 0.004F) : 0.0F;

  const std::array<double, Plan::kDrives> decays = {0.14, 0.11, 0.12};
  for (std::size_t i = 0; i < heard.onsets.size(); ++i) {
    plan.drives[i] = Drive(disturb(heard.onsets[i], plan.duration_s, random), decays[i]);
  }

  Random take(mix_bits(seed) ^ 0x7A4EULL);
  const bool one_take = settings.scenes.empty() && !settings.calm && take.chance(settings.one_take_probability);
  // Who hardly follows the music keeps a time of their own.
  if (one_take && drawn < 0.2F) plan.beat_s *= static_cast<double>(take.uniform(0.6F, 1.7F));
  if (settings.scenes.empty()) {
    scenes_from_music(plan, heard, piece, bar_s, arousal, valence, one_take, random);
  } else {
    scenes_as_wished(plan, settings.scenes, piece, random);
  }
  for (Scene& scene : plan.scenes) {
    // Some scenes stand still, some move without listening.
    const float strength = random.chance(0.12F) ? 0.0F : drawn * random.uniform(0.5F, 1.2F);
    const bool still = !settings.calm && random.chance(0.08F);
    Random own(scene.seed);
    furnish(scene, arousal, strength, settings.calm || still, own);
    scene.motion_drive = random.below(Plan::kDrives);
    scene.pulse_drive = random.chance(0.6F) ? 0 : random.below(Plan::kDrives);
    scene.figure_cycle_beats = random.chance(0.6F) ? 1.0F : random.chance(0.5F) ? 0.5F : 2.0F;
    scene.figure_phase = random.chance(0.8F) ? 0.0F : random.uniform();
    scene.figure_wobble = take.uniform(0.0F, 0.05F);
    if (one_take) perform(scene, take);
    if (still) scene.pan = 0.0F, scene.zoom = 0.0F, scene.particles = 0;
  }

  std::vector<Onset> flashes;
  if (!settings.calm) {
    const float flash_chance = std::max(0.0F, 0.03F + 0.05F * arousal) * drawn;
    for (const Onset& onset : plan.drives[0].onsets()) {
      if (onset.weight > 0.75F && random.chance(flash_chance))
        flashes.push_back({onset.time_s, random.uniform(0.3F, 0.8F)});
    }
  }
  for (std::size_t i = 1; i < plan.scenes.size(); ++i) {
    const Scene& scene = plan.scenes[i];
    plan.events.push_back({scene.from_s, scene.dissolve_s > 0.0 ? PlannedKind::kDissolve : PlannedKind::kCut, 1.0F});
  }
  for (const Onset& flash : flashes) plan.events.push_back({flash.time_s, PlannedKind::kFlash, flash.weight});
  std::stable_sort(plan.events.begin(), plan.events.end(),
                   [](const PlannedEvent& a, const PlannedEvent& b) { return a.time_s < b.time_s; });
  plan.flashes = Drive(std::move(flashes), 0.09);
  return plan;
}

}  // namespace photoplayer::train
