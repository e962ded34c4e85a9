// SPDX-License-Identifier: Apache-2.0
/// The bass: the chord's root in the style's rhythm, fifths and octaves for movement, a step towards the next
/// root.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "layers.h"

namespace photoplayer::train::detail {
namespace {

using stream::Layer;

/// Sixteen (twelve in 3/4) letters: R root, F fifth, O octave, T third, W walking on, A approach to the
/// next chord,
/// '-' holds on, '.' is silent.
struct Pattern {
  std::string text;
  double density;
};

std::vector<Pattern> patterns_of(int style, int beats_per_bar) {
  if (beats_per_bar == 3) {
    switch (style) {
      case kFolk:
        return {{"R-----------", 0.15},
                {"R---........", 0.35},
                {"R-------F---", 0.5},
                {"R---F---F---", 0.7},
                {"R---T---A---", 0.75}};
      case kCinematic:
        return {{"R-----------", 0.2}, {"R-------R---", 0.5}, {"R-R-R-R-R-R-", 0.9}, {"R-----R-R---", 0.65}};
      default:
        return {{"R-----------", 0.2}, {"R---........", 0.4},  {"R-------F---", 0.5},
                {"R---T---F---", 0.7}, {"R-------A---", 0.55}, {"R-F-O-F-R-F-", 0.95}};
    }
  }
  switch (style) {
    case kPiano:
      return {{"R---------------", 0.1},  {"R-------F-------", 0.4}, {"R-------R-------", 0.45},
              {"R-------F---A---", 0.55}, {"R---F---O---F---", 0.7}, {"R-----R-F-------", 0.6},
              {"R---O---R---O---", 0.75}, {"R-F-O-F-R-F-O-F-", 0.95}};
    case kChamber:
      return {{"R---------------", 0.1},  {"R-------F-------", 0.4}, {"R-------T---A---", 0.5},
              {"R---W---W---A---", 0.65}, {"R---....F---....", 0.5}, {"R---R---R---R---", 0.7},
              {"R-W-W-A-R-W-W-A-", 0.9},  {"R-R-R-R-R-R-R-R-", 0.9}};
    case kAmbient:
      return {{"R---------------", 0.15},
              {"R---------------", 0.35},
              {"R-----------....", 0.3},
              {"R-------F-------", 0.55},
              {"R-----R---------", 0.6}};
    case kLofi:
      return {{"R---------------", 0.1}, {"R-----R-........", 0.35}, {"R-----R-R-------", 0.45},
              {"R-------..R-A---", 0.5}, {"R--R--....R-F---", 0.6},  {"R---..R-R---..A-", 0.65},
              {"R---W---W---A---", 0.7}, {"R--R..F-R-..O-A-", 0.85}};
    case kCinematic:
      return {{"R---------------", 0.15}, {"R-------R-------", 0.4},  {"R---R---R---R---", 0.55},
              {"R-----R-----R---", 0.6},  {"R-R-R-R-R-R-R-R-", 0.75}, {"R--R--R-R--R--R-", 0.8},
              {"R-RRR-RRR-RRR-RR", 1.0},  {"R-------F---R---", 0.45}};
    case kAdventure:
      return {{"R-------F-------", 0.3},  {"R---R---R---R---", 0.5},  {"R---F---R---F---", 0.55},
              {"R-R-R-R-R-R-R-R-", 0.7},  {"R-RRR-RRR-RRR-RR", 0.95}, {"R--R--R-R--R--A-", 0.8},
              {"R-----R-R---F-A-", 0.65}, {"R---W---W---A---", 0.6},  {"R-O-R-O-R-O-R-O-", 0.85}};
    case kElectronic:
      return {{"R---------------", 0.15}, {"R-------R-------", 0.35}, {"..R-..R-..R-..R-", 0.6},
              {"R-----R-----R---", 0.5},  {"R-R-R-R-R-R-R-R-", 0.75}, {"R-O-R-O-R-O-R-O-", 0.8},
              {"R--R--R-R--R--R-", 0.75}, {".RR..RR..RR..RR.", 0.9},  {"R.RRR.RRR.RRR.RR", 1.0},
              {"R--R--R---O-R-F-", 0.8},  {"R.....R...R.....", 0.45}};
    default:
      return {{"R---------------", 0.1},  {"R-------F-------", 0.4}, {"R---....F---....", 0.5},
              {"R-------F---A---", 0.55}, {"R---F---R---F---", 0.7}, {"R---W---W---A---", 0.75},
              {"R-----R-F-----F-", 0.7},  {"R-R-F-F-R-R-F-A-", 0.9}};
  }
}

/// Bass and bass drum as one: the pattern's last word, if it leads on, stays.
Pattern with_the_kick(const std::string& kick, const Pattern& pattern) {
  if (kick.empty() || kick[0] != 'x') return pattern;
  Pattern out = pattern;
  for (std::size_t i = 0; i < out.text.size(); ++i) out.text[i] = i < kick.size() && kick[i] == 'x' ? 'R' : '-';
  const std::size_t approach = pattern.text.rfind('A');
  if (approach != std::string::npos && approach + 4 >= out.text.size()) out.text[approach] = 'A';
  return out;
}

class BassWriter {
 public:
  explicit BassWriter(Sketch& sketch) : sketch_(sketch) {
    centre_ = sketch.style == kElectronic || sketch.style == kLofi ? 38 : 41;
  }

  /// A section's fifths lie all above or all below: a pattern that changes its shape is none.
  void fifths_below(bool below) { fifths_below_ = below; }

  void write(const Pattern& pattern, const ChordSpan& span, const Harmony& next) {
    const int bar_steps = sketch_.bar_steps();
    const int begin = span.beat * 4, end = begin + span.beats * 4;
    const int root = nearest_key(span.harmony.bass, 0.65 * last_root_ + 0.35 * centre_);
    last_root_ = root;
    int last_key = root;
    int open = -1, open_key = root;
    const auto close = [&](int at) {
      if (open >= 0) sketch_.add(Layer::kBass, open, at - open, open_key);
      open = -1;
    };
    for (int step = begin; step < end; ++step) {
      char letter = pattern.text[static_cast<std::size_t>(step % bar_steps)];
      // A new chord is announced by its root even where the pattern holds or rests into it.
      if (step == begin && step % bar_steps != 0 && letter != 'R') letter = letter == '.' ? '.' : 'R';
      if (letter == '-') continue;
      close(step);
      if (letter == '.') continue;
      open = step;
      open_key = key_for(letter, span.harmony, next, root, last_key);
      last_key = open_key;
    }
    close(end);
  }

 private:
  static int nearest_key(int pitch_class, double aim) {
    int best = pitch_class + 24;
    for (int key = pitch_class + 24; key <= 52; key += 12) {
      if (key < 28) continue;
      if (best < 28 || std::abs(key - aim) < std::abs(best - aim)) best = key;
    }
    return best;
  }
  int key_for(char letter, const Harmony& harmony, const Harmony& next, int root, int last_key) {
    switch (letter) {
      case 'F': {
        const int above = chord_key_above(harmony, root, 2);
        return above - 12 >= 28 && fifths_below_ ? above - 12 : above;
      }
      case 'T':
        return chord_key_above(harmony, root, 1);
      case 'O':
        return root + 12 <= 59 ? root + 12 : root;
      case 'W': {
        // By step towards the next chord's bass; upwards, when it stays.
        const std::vector<int> lattice = keys_in(chord_scale(sketch_.scale_tones, harmony.tones), 28, 57);
        const int side = nearest_key(next.bass, root) < root ? -1 : 1;
        const int at = nearest_index(lattice, last_key) + side;
        return lattice[static_cast<std::size_t>(std::clamp(at, 0, static_cast<int>(lattice.size()) - 1))];
      }
      case 'A': {
        const int goal = nearest_key(next.bass, last_key);
        if (goal == last_key || next.root == harmony.root) return chord_key_above(harmony, root, 2);
        const std::vector<int> lattice = keys_in(chord_scale(sketch_.scale_tones, harmony.tones), 28, 58);
        const int at = nearest_index(lattice, goal);
        const int side = last_key > goal ? 1 : -1;
        const int index = std::clamp(lattice[static_cast<std::size_t>(at)] == goal ? at + side : at, 0,
                                     static_cast<int>(lattice.size()) - 1);
        return lattice[static_cast<std::size_t>(index)];
      }
      default:
        return root;
    }
  }
  static int chord_key_above(const Harmony& harmony, int root, std::size_t member) {
    const int pitch_class = harmony.stack[std::min(member, harmony.stack.size() - 1)];
    int key = root + ((pitch_class - root) % 12 + 12) % 12;
    if (key > 59) key -= 12;
    return key;
  }

  Sketch& sketch_;
  bool fifths_below_ = false;
  int centre_ = 40;
  int last_root_ = 38;
};

}  // namespace

void write_bass(Sketch& sketch, Random random) {
  constexpr auto kIndex = static_cast<std::size_t>(Layer::kBass);
  BassWriter writer(sketch);
  const bool below = random.chance(0.45);
  for (const Section& section : sketch.sections) {
    if (!section.active[kIndex]) continue;
    Random local(sketch.themes[static_cast<std::size_t>(section.theme)].pattern_seed + 23);
    const std::vector<Pattern> patterns = patterns_of(sketch.style, sketch.beats_per_bar);
    std::vector<double> weights;
    for (const Pattern& pattern : patterns) {
      const double miss = (pattern.density - section.density[kIndex]) / 0.15;
      weights.push_back(std::exp(-miss * miss / 2.0) + 1e-4);
    }
    Pattern main = patterns[static_cast<std::size_t>(local.weighted(weights))];
    const Pattern other = patterns[static_cast<std::size_t>(local.weighted(weights))];
    const bool alternate = local.chance(0.25);
    const double locked = sketch.style == kLofi                                       ? 0.7
                          : sketch.style == kElectronic || sketch.style == kAdventure ? 0.35
                                                                                      : 0.0;
    if (local.chance(locked)) main = with_the_kick(kick_line(sketch, section), main);
    writer.fifths_below(below);
    const int first_beat = section.bar * sketch.beats_per_bar,
              end_beat = first_beat + section.bars * sketch.beats_per_bar;
    for (std::size_t i = 0; i < sketch.spans.size(); ++i) {
      const ChordSpan& span = sketch.spans[i];
      if (span.beat < first_beat || span.beat >= end_beat) continue;
      const Harmony& next = sketch.spans[std::min(i + 1, sketch.spans.size() - 1)].harmony;
      const int bar = span.beat / sketch.beats_per_bar - section.bar;
      writer.write(alternate && bar % 4 == 3 ? other : main, span, next);
    }
  }
}

}  // namespace photoplayer::train::detail
