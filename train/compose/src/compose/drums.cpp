// SPDX-License-Identifier: Apache-2.0
/// Drum grooves by style and energy, one bar again and again, a variant at its fourth, a fill where the phrase ends.
#include <cmath>
#include <string>
#include <string_view>

#include <photoplayer/model/score_layout.h>

#include "layers.h"

namespace photoplayer::train::detail {
namespace {

using stream::Layer;

enum Drum { kKick, kSnare, kClosedHat, kOpenHat, kLowTom, kHighTom, kCrash, kRide, kShaker };

struct Line {
  Drum drum;
  const char* text;  ///< 'x' strikes
};
struct Groove {
  double energy;
  std::vector<Line> lines;
};

// The feet mark the one and the three: with syncopated kicks alone nobody can say where the beat is.
const std::vector<Groove> kLofiGrooves = {
    {0.15, {{kKick, "x.......x......."}, {kShaker, "..x...x...x...x."}}},
    {0.25, {{kKick, "x.......x......."}, {kSnare, "....x.......x..."}}},
    {0.35, {{kKick, "x......xx......."}, {kSnare, "....x.......x..."}, {kClosedHat, "x...x...x...x..."}}},
    {0.45, {{kKick, "x.......x.x....."}, {kSnare, "....x.......x..."}, {kClosedHat, "x.x.x.x.x.x.x.x."}}},
    {0.5, {{kKick, "x.....x.x......."}, {kSnare, "....x.......x..."}, {kRide, "x.x.x.x.x.x.x.x."}}},
    {0.6,
     {{kKick, "x......xx.x....."},
      {kSnare, "....x.......x..."},
      {kClosedHat, "x.x.x.x.x.x.x.x."},
      {kOpenHat, "..............x."}}},
    {0.75, {{kKick, "x..x....x..x...."}, {kSnare, "....x..x....x..."}, {kClosedHat, "x.xxx.x.x.xxx.x."}}},
    {0.5, {{kKick, "x......x..x....."}, {kSnare, "....x.......x..."}, {kShaker, "x.x.x.x.x.x.x.x."}}}};
const std::vector<Groove> kElectronicGrooves = {
    {0.15, {{kKick, "x.......x......."}}},
    {0.25, {{kClosedHat, "x.x.x.x.x.x.x.x."}, {kKick, "x..............."}}},
    {0.35, {{kKick, "x...x...x...x..."}}},
    {0.45, {{kKick, "x.........x....."}, {kSnare, "........x......."}, {kClosedHat, "x.x.x.x.x.x.x.x."}}},
    {0.55, {{kKick, "x...x...x...x..."}, {kOpenHat, "..x...x...x...x."}}},
    {0.65, {{kKick, "x...x...x...x..."}, {kSnare, "....x.......x..."}, {kClosedHat, "x.x.x.x.x.x.x.x."}}},
    {0.7, {{kKick, "x...x...x...x..."}, {kSnare, "....x.......x..."}, {kOpenHat, "..x...x...x...x."}}},
    {0.75,
     {{kKick, "x.....x...x....."},
      {kSnare, "....x.......x..."},
      {kClosedHat, "x.x.x.x.x.x.x.x."},
      {kShaker, "xxxxxxxxxxxxxxxx"}}},
    {0.9,
     {{kKick, "x...x...x...x..."},
      {kSnare, "....x.......x..."},
      {kOpenHat, "..x...x...x...x."},
      {kClosedHat, "xx.xxx.xxx.xxx.x"}}},
    {0.95,
     {{kKick, "x.x.......x....."},
      {kSnare, "....x..x.x..x..x"},
      {kClosedHat, "x.x.x.x.x.x.x.x."},
      {kRide, "x...x...x...x..."}}},
    {0.85, {{kKick, "x..x..x.x..x..x."}, {kSnare, "....x.......x..."}, {kClosedHat, "xxxxxxxxxxxxxxxx"}}}};
const std::vector<Groove> kCinematicGrooves = {
    {0.1, {{kKick, "x..............."}}},
    {0.25, {{kLowTom, "x.......x......."}}},
    {0.35,
     {{
          kKick,
          "x...............",
      },
      {kLowTom, "x.....x.x......."}}},
    {0.5, {{kKick, "x.......x......."}, {kLowTom, "x..x..x.x..x..x."}}},
    {0.6, {{kKick, "x.......x......."}, {kLowTom, "x.x.x.x.x.x.x.x."}, {kSnare, "............x..."}}},
    {0.7, {{kKick, "x...x...x...x..."}, {kSnare, "....x.......x..."}, {kRide, "x...x...x...x..."}}},
    {0.8, {{kKick, "x.....x.x.....x."}, {kLowTom, "x..x..x.x..x..x."}, {kHighTom, "..x..x....x..x.."}}},
    {0.9, {{kKick, "x..x..x.x..x..x."}, {kLowTom, "x.xxx.xxx.xxx.xx"}, {kSnare, "....x.......x..."}}},
    {1.0,
     {{kKick, "x.x.x.x.x.x.x.x."},
      {kSnare, "x.xxx.xxx.xxx.xx"},
      {kLowTom, "x.......x......."},
      {kHighTom, "......x.......x."}}}};
const std::vector<Groove> kAdventureGrooves = {
    {0.2, {{kKick, "x.......x......."}}},
    {0.35, {{kKick, "x.......x......."}, {kSnare, "....x.......x..."}}},
    {0.45, {{kSnare, "x...x.xxx...x.xx"}, {kKick, "x.......x......."}}},
    {0.55, {{kKick, "x...x...x...x..."}, {kSnare, "....x.......x.xx"}, {kShaker, "x.x.x.x.x.x.x.x."}}},
    {0.65, {{kKick, "x..x..x.x..x..x."}, {kLowTom, "x.....x.x.....x."}, {kSnare, "....x.......x..."}}},
    {0.7, {{kKick, "x.....x.x.x....."}, {kSnare, "....x.......x..."}, {kClosedHat, "x.x.x.x.x.x.x.x."}}},
    {0.8, {{kKick, "x.xxx.xxx.xxx.xx"}, {kSnare, "....x.......x..."}, {kRide, "x...x...x...x..."}}},
    {0.85, {{kKick, "x.......x......."}, {kSnare, "x.xxx.xxx.xxx.xx"}, {kLowTom, "....x.......x..."}}},
    {0.95,
     {{kKick, "x.x.x.x.x.x.x.x."},
      {kSnare, "....x.......x..."},
      {kRide, "x.x.x.x.x.x.x.x."},
      {kHighTom, "..............xx"}}},
    {0.9,
     {{kKick, "x..x..x.x..x..x."},
      {kSnare, "..x...x...x..x.x"},
      {kLowTom, "x...x...x...x..."},
      {kHighTom, "..x...x...x...x."}}}};
const std::vector<Groove> kFolkGrooves = {
    {0.15, {{kShaker, "....x.......x..."}}},
    {0.3, {{kShaker, "x.x.x.x.x.x.x.x."}}},
    {0.4, {{kKick, "x.......x......."}, {kShaker, "x.x.x.x.x.x.x.x."}}},
    {0.55, {{kKick, "x.......x......."}, {kSnare, "....x.......x..."}, {kShaker, "x.x.x.x.x.x.x.x."}}},
    {0.6, {{kLowTom, "x..x..x.x..x..x."}, {kShaker, "x.x.x.x.x.x.x.x."}}},
    {0.75, {{kKick, "x...x...x...x..."}, {kSnare, "..x...x...x...x."}, {kShaker, "xxxxxxxxxxxxxxxx"}}},
    {0.85,
     {{kKick, "x.....x.x.....x."},
      {kSnare, "....x.......x..."},
      {kClosedHat, "x.x.x.x.x.x.x.x."},
      {kShaker, "x.xxx.xxx.xxx.xx"}}},
    {0.95,
     {{kLowTom, "x..x..x.x..x..x."},
      {kHighTom, "....x.......x..."},
      {kShaker, "xxxxxxxxxxxxxxxx"},
      {kKick, "x.......x......."}}}};
const std::vector<Groove> kQuietGrooves = {
    {0.1, {{kRide, "x..............."}}},
    {0.2, {{kShaker, "....x.......x..."}}},
    {0.3, {{kKick, "x.........x....."}}},
    {0.4, {{kRide, "x...x...x...x..."}, {kKick, "x.......x......."}}},
    {0.5, {{kShaker, "x.x.x.x.x.x.x.x."}, {kKick, "x......x........"}}},
    {0.7, {{kRide, "x...x.x.x...x.x."}, {kKick, "x.......x......."}, {kSnare, "....x.......x..."}}}};
const std::vector<Groove> kWaltzGrooves = {
    {0.1, {{kRide, "x..........."}}},
    {0.3, {{kKick, "x..........."}, {kShaker, "....x...x..."}}},
    {0.45, {{kKick, "x..........."}, {kSnare, "....x...x..."}}},
    {0.55, {{kKick, "x..........."}, {kClosedHat, "....x...x..."}, {kShaker, "x.x.x.x.x.x."}}},
    {0.65, {{kKick, "x.....x....."}, {kSnare, "....x...x..."}, {kRide, "x...x...x..."}}},
    {0.8, {{kLowTom, "x.....x.x..."}, {kSnare, "....x...x.x."}, {kKick, "x..........."}}},
    {0.95, {{kKick, "x.....x....."}, {kSnare, "....x..xx.xx"}, {kHighTom, "..x......x.."}, {kLowTom, "x...x...x..."}}}};

const std::vector<Groove>& grooves_of(const Sketch& sketch) {
  if (sketch.beats_per_bar == 3) return kWaltzGrooves;
  switch (sketch.style) {
    case kLofi:
      return kLofiGrooves;
    case kElectronic:
      return kElectronicGrooves;
    case kCinematic:
      return kCinematicGrooves;
    case kAdventure:
      return kAdventureGrooves;
    case kFolk:
      return kFolkGrooves;
    default:
      return kQuietGrooves;
  }
}

const Groove& choose(Random& random, const std::vector<Groove>& grooves, double density) {
  std::vector<double> weights;
  for (const Groove& groove : grooves) {
    const double miss = (groove.energy - density) / 0.13;
    weights.push_back(std::exp(-miss * miss / 2.0) + 1e-4);
  }
  return grooves[static_cast<std::size_t>(random.weighted(weights))];
}

int key_of(Drum drum) {
  return model::kDrumKeys[static_cast<std::size_t>(drum)];
}

/// The last beat or two of a phrase.
void fill(Sketch& sketch, int end, double energy, Random& random) {
  const int length = energy > 0.6 && random.chance(0.4) ? 8 : 4;
  static const std::vector<const char*> kShort = {"x.xx", "xx.x", "xxxx", "x.x.", "..xx"};
  static const std::vector<const char*> kLong = {"x.x.x.xx", "x..x..xx", "xxxxxxxx", "x.xxx.xx"};
  const std::string_view text = length == 8 ? random.pick(kLong) : random.pick(kShort);
  const int descent = random.below(3);
  for (int i = 0; i < length; ++i) {
    if (text[static_cast<std::size_t>(i)] != 'x') continue;
    Drum drum = kSnare;
    if (descent == 1) drum = i * 2 < length ? kHighTom : kLowTom;
    if (descent == 2) drum = i * 3 < length ? kSnare : i * 3 < 2 * length ? kHighTom : kLowTom;
    sketch.add_drum(end - length + i, key_of(drum));
  }
}

/// Eighths, then sixteenths, into what comes next.
void roll(Sketch& sketch, int begin, int end) {
  const int half = begin + (end - begin) / 2;
  for (int step = begin; step < half; step += 2) sketch.add_drum(step, key_of(kSnare));
  for (int step = half; step < end; ++step) sketch.add_drum(step, key_of(kSnare));
}

const Groove& groove_of(const Sketch& sketch, const Section& section, Random& local) {
  return choose(local, grooves_of(sketch), section.density[static_cast<std::size_t>(Layer::kDrums)]);
}
Random drum_choices(const Sketch& sketch, const Section& section) {
  return Random(sketch.themes[static_cast<std::size_t>(section.theme)].pattern_seed + 53);
}

}  // namespace

std::string kick_line(const Sketch& sketch, const Section& section) {
  if (!section.active[static_cast<std::size_t>(Layer::kDrums)]) return {};
  Random local = drum_choices(sketch, section);
  for (const Line& line : groove_of(sketch, section, local).lines) {
    if (line.drum == kKick) return line.text;
  }
  return {};
}

void write_drums(Sketch& sketch, Random random) {
  constexpr auto kIndex = static_cast<std::size_t>(Layer::kDrums);
  const int bar_steps = sketch.bar_steps();
  const bool loud_style = sketch.style >= kLofi;
  for (const Section& section : sketch.sections) {
    if (!section.active[kIndex]) continue;
    Random local = drum_choices(sketch, section);
    const double energy = section.density[kIndex];
    const Groove& groove = groove_of(sketch, section, local);
    const bool rolls = loud_style && sketch.style != kLofi && sketch.style != kFolk && local.chance(0.6);
    // A theme has its one fill, its one variant and its opening stroke or none: what comes back can be foreseen.
    const bool fills = loud_style && local.chance(0.3 + 0.35 * energy);
    const bool fills_mid = fills && local.chance(0.15);
    const bool varies = energy > 0.3 && local.chance(0.15);
    const bool opens = loud_style && section.theme_bar == 0 && random.chance(0.1 + 0.4 * energy);
    const int variant_place = bar_steps - local.between_int(1, 3);
    const int variant_key = key_of(local.chance(0.5) ? kKick : sketch.style == kFolk ? kShaker : kSnare);
    const std::uint64_t fill_seed = local.next();
    for (int bar = section.bar; bar < section.bar + section.bars; ++bar) {
      const int begin = bar * bar_steps;
      const int in_section = bar - section.bar, in_theme = section.theme_bar + in_section;
      const bool last = in_section == section.bars - 1;
      const bool rolled = last && section.kind == SectionKind::kBuild && energy > 0.45 && rolls;
      const bool filled = !rolled && fills && (in_theme % 8 == 7 || (in_theme % 8 == 3 && fills_mid));
      for (const Line& line : groove.lines) {
        for (int step = 0; step < bar_steps; ++step) {
          if (line.text[step] != 'x') continue;
          // The fill takes the sticks; the feet go on.
          if (filled && step >= bar_steps - 4 && line.drum != kKick) continue;
          if (rolled && line.drum == kSnare) continue;
          sketch.add_drum(begin + step, key_of(line.drum));
        }
      }
      Random own(fill_seed);
      if (rolled)
        roll(sketch, begin, begin + bar_steps);
      else if (filled)
        fill(sketch, begin + bar_steps, energy, own);
      else if (in_theme % 4 == 3 && varies)
        sketch.add_drum(begin + variant_place, variant_key);
      if (in_section == 0 && opens) sketch.add_drum(begin, key_of(kCrash));
    }
  }
}

}  // namespace photoplayer::train::detail
