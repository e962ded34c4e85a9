// SPDX-License-Identifier: Apache-2.0
#include "clip_set.h"

#include <photoplayer/diffv2m/clip_vision.h>
#include <photoplayer/perception/clip_picture.h>
#include <photoplayer/train/audio_features.h>
#include <photoplayer/train/visual_track.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "checkpoint.h"
#include "initial_weights.h"
#include "played_piece.h"

namespace photoplayer::train {
namespace {

constexpr std::int64_t kSeconds = kClip_seconds;
constexpr double kInt16 = 32767.0;
static_assert(kRhythmRows == static_cast<std::size_t>(kClip_seconds));

template <typename T>
T value(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

/// What decides the data; a set made with other values is made again.
std::string key_of(const SoundConfig& config) {
  return nlohmann::json{
      {"version", 1},
      {"seed", config.seed},
      {"clips", config.data.clips},
      {"rhythm", config.data.rhythm},
      {"soundfont", config.data.soundfont},
      {"rounded", config.dit.compat == "released"},
      {"tower", {config.tower.bundle, config.tower.width, config.tower.depth, config.tower.heads, config.tower.out}}}
      .dump();
}

ClipSet empty_set(const SoundConfig& config, const diffv2m::Config& network) {
  const auto clips = static_cast<std::int64_t>(config.data.clips);
  ClipSet set;
  set.sound = torch::zeros({clips, 2, kClip_frames}, torch::kInt16);
  set.semantic = torch::zeros({clips, kSeconds, network.semantic_dims});
  set.colour = torch::zeros({clips, kSeconds, network.colour_dims});
  set.scene_cut = torch::zeros({clips, kSeconds});
  set.pseudo_beat = torch::zeros({clips, kSeconds});
  set.rhythm = torch::zeros({clips, kSeconds, network.rhythm_dims});
  set.tower = random_tower(network);
  return set;
}

NamedTensors tensors_of(const ClipSet& set) {
  NamedTensors all = set.tower;
  all.merge(NamedTensors{{"sound", set.sound},
                         {"semantic", set.semantic},
                         {"colour", set.colour},
                         {"scene_cut", set.scene_cut},
                         {"pseudo_beat", set.pseudo_beat},
                         {"rhythm", set.rhythm}});
  return all;
}

void take_tower(const std::string& path, diffv2m::Weights& tower) {
  const auto bundle = std::make_shared<const model::Bundle>(value(model::Bundle::open(path)));
  const auto weights = value(diffv2m::weights_of(bundle));
  for (auto& [name, tensor] : tower) {
    const auto found = weights.find(name);
    if (found == weights.end() || found->second.sizes() != tensor.sizes()) {
      throw std::runtime_error("'" + path + "' has no fitting '" + name + "'");
    }
    tensor = found->second.to(torch::kFloat).clone();
  }
}

/// The tower's view of one picture a second.
torch::Tensor meanings(const Piece& piece, std::uint64_t seed, const diffv2m::ClipVision& tower) {
  const PictureRenderer renderer(piece, seed);
  constexpr int kHeight = stream::kClipSide, kWidth = kHeight * 16 / 9;
  std::vector<std::uint8_t> frame(static_cast<std::size_t>(kWidth * kHeight) * 3);
  perception::ClipPicture still;
  std::vector<torch::Tensor> rows;
  for (std::int64_t second = 0; second < kSeconds; ++second) {
    renderer.render(static_cast<double>(second), frame, kWidth, kHeight);
    const auto view = value(still.make({frame.data(), kWidth, kHeight, 3 * kWidth}));
    const auto picture = torch::from_blob(const_cast<std::uint8_t*>(view.rgb), {1, view.height, view.width, 3},
                                          {view.height * view.stride_bytes, view.stride_bytes, 3, 1}, torch::kUInt8);
    rows.push_back(tower.embed(diffv2m::ClipVision::normalise(picture)));
  }
  return torch::cat(rows);
}

void add_clip(ClipSet& set, std::int64_t clip, const SoundConfig& config, const diffv2m::ClipVision& tower) {
  const auto seed = config.seed * 1'000'003 + static_cast<std::uint64_t>(clip);
  const Piece piece = clip_piece(static_cast<int>(clip % stream::kStyles), seed);
  set.sources.push_back(piece.source);
  const int transpose = static_cast<int>(seed % 12) - 6;
  const auto sound = value(play_piece(piece, transpose, seed, config.data.soundfont));
  auto frames = torch::from_blob(const_cast<float*>(sound.data()), {kClip_frames, 2}, torch::kFloat);
  set.sound[clip].copy_((frames.t().clamp(-1.0, 1.0) * kInt16).round());

  const auto mono = frames.mean(1);
  const std::vector<float> music(mono.data_ptr<float>(), mono.data_ptr<float>() + mono.numel());
  const auto rhythm = value(rhythm_of(music, config.data.rhythm, config.dit.compat == "released"));
  set.rhythm[clip].copy_(torch::tensor(rhythm).view({kSeconds, -1}));

  set.semantic[clip].copy_(meanings(piece, seed, tower));
  const VisualTrack track = see_piece(piece, seed);
  for (std::int64_t second = 0; second < kSeconds; ++second) {
    const auto row = static_cast<std::size_t>(std::min<std::int64_t>(second, track.seconds - 1)) * stream::kColourDims;
    set.colour[clip][second].copy_(torch::from_blob(const_cast<float*>(track.colours.data() + row),
                                                    {static_cast<std::int64_t>(stream::kColourDims)}, torch::kFloat));
  }
  for (const stream::VisualEvent& event : track.events) {
    const auto second = static_cast<std::int64_t>(std::floor(event.time_s));
    if (second < 0 || second >= kSeconds) continue;
    if (event.kind == stream::VisualEventKind::kCut) set.scene_cut[clip][second] = 1.0F;
    if (event.kind == stream::VisualEventKind::kBeat) {
      auto beat = set.pseudo_beat[clip][second];
      beat.fill_(std::max(beat.item<float>(), event.strength));
    }
  }
}

}  // namespace

torch::Tensor ClipSet::heard(std::int64_t clip, std::int64_t first, std::int64_t frames) const {
  return sound[clip].narrow(1, first, frames).to(torch::kFloat) / kInt16;
}

diffv2m::Clip ClipSet::seen(std::int64_t clip, std::int64_t seconds) const {
  const auto rows = [&](const torch::Tensor& all) { return all[clip].slice(0, 0, seconds); };
  diffv2m::Clip view;
  view.semantic = rows(semantic);
  view.colour = rows(colour);
  view.scene_cut = rows(scene_cut);
  view.pseudo_beat = rows(pseudo_beat);
  view.seconds_total = static_cast<double>(kSeconds);
  return view;
}

Result<std::vector<float>> rhythm_of(const std::vector<float>& music, const std::string& rhythm, bool rounded_seconds) {
  if (rhythm == "mel") return mel_rhythm(music);
  if (rhythm == "tempogram") return tempogram_rhythm(music);
  if (rounded_seconds) return onset_rhythm(music);
  // Half a second of silence in front makes bins of whole seconds out of bins around them, and a first one that is
  // empty; that is the one which is deleted.
  std::vector<float> later(kFeatureSampleRate / 2, 0.0F);
  later.insert(later.end(), music.begin(), music.end());
  return onset_rhythm(later);
}

Result<ClipSet> make_or_load_clips(const SoundConfig& config, const ClipSetWatch& watch) {
  const auto network = network_config(config);
  const auto path = config.run_folder + "/clips.pt";
  const torch::NoGradGuard guard;
  torch::manual_seed(config.seed);
  ClipSet set = empty_set(config, network);
  Checkpoint file{tensors_of(set), {}, {}};
  try {
    if (load_checkpoint(path, file) && file.note.at("key") == key_of(config)) {
      set.sources = file.note.at("sources").get<std::vector<std::string>>();
      return set;
    }
  } catch (const std::runtime_error&) {  // of other sizes
  }
  set = empty_set(config, network);
  if (!config.tower.bundle.empty()) take_tower(config.tower.bundle, set.tower);
  const auto tower = value(diffv2m::ClipVision::make(network.clip, set.tower));
  for (std::int64_t clip = 0; clip < set.clips(); ++clip) {
    if (watch.stop()) return fail(ErrorCode::kCancelled, "stopped while the clips were made; that begins anew");
    add_clip(set, clip, config, tower);
    watch.progress(static_cast<double>(clip + 1) / static_cast<double>(set.clips()));
  }
  save_checkpoint(path, {tensors_of(set), {}, {{"key", key_of(config)}, {"sources", set.sources}}});
  return set;
}

}  // namespace photoplayer::train
