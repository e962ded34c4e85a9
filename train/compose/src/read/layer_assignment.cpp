// SPDX-License-Identifier: Apache-2.0
#include "layer_assignment.h"

#include <photoplayer/model/score_layout.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

namespace photoplayer::train::detail {
namespace {

using stream::Layer;

void put(std::vector<PieceNote>& out, const GridNote& note, Layer layer) {
  out.push_back({note.start, note.length, layer, note.pitch});
}

int bar_at(const std::vector<Bar>& bars, int step) {
  const auto after =
      std::upper_bound(bars.begin(), bars.end(), step, [](int s, const Bar& bar) { return s < bar.start; });
  return std::max(0, static_cast<int>(after - bars.begin()) - 1);
}

/// Half a bar in 4/4, a bar in 3/4: as long as one bass note usually reigns.
int bass_window(const std::vector<Bar>& bars, int step) {
  const Bar& bar = bars[static_cast<std::size_t>(bar_at(bars, step))];
  const int window = bar.beats == 3 ? 12 : 8;
  return bar.start + (step - bar.start) / window * window;
}

/// General MIDI percussion to our nine; −1: left out.
int drum_class(int key) {
  switch (key) {
    case 35:
    case 36:
      return 0;
    case 37:
    case 38:
    case 39:
    case 40:
      return 1;
    case 42:
    case 44:
      return 2;
    case 46:
      return 3;
    case 41:
    case 43:
    case 45:
    case 64:
    case 66:
    case 61:
      return 4;
    case 47:
    case 48:
    case 50:
    case 60:
    case 62:
    case 63:
    case 65:
      return 5;
    case 49:
    case 52:
    case 55:
    case 57:
      return 6;
    case 51:
    case 53:
    case 59:
    case 56:
      return 7;
    case 54:
    case 69:
    case 70:
    case 82:
      return 8;
    default:
      return -1;
  }
}

enum class Role { kDrums, kTimpani, kBass, kPad, kLead, kPlucked, kNone };

struct Part {
  Role role = Role::kNone;
  double mean_pitch = 0.0;
  double chord_size = 1.0;  ///< notes per onset
  std::vector<const GridNote*> notes;
};

Role role_of(int channel, int program, const Part& part) {
  if (channel == 9) return Role::kDrums;
  if (program == 47) return Role::kTimpani;
  if (program >= 112) return Role::kNone;  // sound effects and pitched percussion
  if ((program >= 32 && program <= 39) || program == 43 || program == 58) return Role::kBass;
  if (part.mean_pitch < 48.0 && part.chord_size < 1.7) return Role::kBass;
  if (part.chord_size >= 1.9) return Role::kPad;
  if ((program >= 88 && program <= 103) || (program >= 16 && program <= 23)) return Role::kPad;
  if (program <= 15 || (program >= 24 && program <= 28) || program == 45 || program == 46 ||
      (program >= 104 && program <= 108))
    return Role::kPlucked;
  return Role::kLead;
}

/// In bars without a bass part the lowest harmony notes are the bass, as in a string orchestra or an organ
/// piece.
void lend_bass(std::vector<PieceNote>& notes, const std::vector<Bar>& bars) {
  constexpr int kHighestBass = 52;
  std::vector<bool> has_bass(bars.size(), false);
  std::map<int, int> lowest;  // onset → key
  for (const PieceNote& note : notes) {
    if (note.layer == Layer::kBass) has_bass[static_cast<std::size_t>(bar_at(bars, note.start_step))] = true;
    if (note.layer != Layer::kHarmony) continue;
    const auto [at, fresh] = lowest.try_emplace(note.start_step, note.pitch);
    if (!fresh) at->second = std::min<int>(at->second, note.pitch);
  }
  for (PieceNote& note : notes) {
    if (note.layer != Layer::kHarmony || note.pitch > kHighestBass || note.pitch != lowest[note.start_step]) continue;
    if (!has_bass[static_cast<std::size_t>(bar_at(bars, note.start_step))]) note.layer = Layer::kBass;
  }
}

}  // namespace

std::vector<PieceNote> assign_lieder(const std::vector<GridNote>& notes, const std::vector<Bar>& bars) {
  std::vector<PieceNote> out;
  std::map<int, std::vector<const GridNote*>> voice, piano;  // by onset
  for (const GridNote& note : notes) {
    if (note.channel == 0)
      voice[note.start].push_back(&note);
    else if (note.program <= 7)
      piano[note.start].push_back(&note);
  }
  for (const auto& [start, group] : voice) {
    const auto top = std::max_element(group.begin(), group.end(),
                                      [](const GridNote* a, const GridNote* b) { return a->pitch < b->pitch; });
    put(out, **top, Layer::kMelody);
  }
  std::map<int, int> lowest;  // window → lowest key
  std::map<int, bool> walks;  // window → the lowest voice moves in quarters or slower
  for (const auto& [start, group] : piano) {
    for (const GridNote* note : group) {
      const int window = bass_window(bars, start);
      const auto [at, fresh] = lowest.try_emplace(window, note->pitch);
      if (!fresh) at->second = std::min<int>(at->second, note->pitch);
    }
  }
  for (const auto& [start, group] : piano) {
    const GridNote* low = *std::min_element(group.begin(), group.end(),
                                            [](const GridNote* a, const GridNote* b) { return a->pitch < b->pitch; });
    const int window = bass_window(bars, start);
    const bool walking = low->length >= 4 && low->pitch <= lowest[window] + 7 && start % 4 == 0;
    const bool is_bass = low->pitch <= 57 && (low->pitch == lowest[window] || walking);
    std::vector<const GridNote*> upper;
    for (const GridNote* note : group) {
      // An octave doubling of the bass belongs to it.
      if (is_bass && (note == low || note->pitch == low->pitch + 12)) continue;
      upper.push_back(note);
    }
    if (is_bass) put(out, *low, Layer::kBass);
    if (upper.empty()) continue;
    int longest = 0;
    for (const GridNote* note : upper) longest = std::max(longest, note->length);
    const bool chordal = upper.size() >= 3 || longest >= 6 || (upper.size() == 2 && longest >= 4);
    for (const GridNote* note : upper) put(out, *note, chordal ? Layer::kHarmony : Layer::kFigure);
  }
  return out;
}

std::vector<PieceNote> assign_general_midi(const std::vector<GridNote>& notes, const std::vector<Bar>& bars) {
  std::map<std::tuple<int, int, int>, Part> parts;
  for (const GridNote& note : notes) parts[{note.channel, note.program, note.track}].notes.push_back(&note);
  std::vector<PieceNote> out;
  for (auto& [id, part] : parts) {
    std::set<int> onsets;
    for (const GridNote* note : part.notes) {
      part.mean_pitch += static_cast<double>(note->pitch) / static_cast<double>(part.notes.size());
      onsets.insert(note->start);
    }
    part.chord_size = static_cast<double>(part.notes.size()) / static_cast<double>(onsets.size());
    part.role = role_of(std::get<0>(id), std::get<1>(id), part);
  }
  // One part per bar leads, one figures, one is the bass: the busiest, with some loyalty to the last.
  const auto in_bars = [&](const Part& part) {
    std::vector<std::vector<const GridNote*>> by_bar(bars.size());
    for (const GridNote* note : part.notes) by_bar[static_cast<std::size_t>(bar_at(bars, note->start))].push_back(note);
    return by_bar;
  };
  struct Candidate {
    const Part* part;
    std::vector<std::vector<const GridNote*>> by_bar;
    double loyalty = 1.0;
  };
  std::vector<Candidate> leads, plucked, basses, pads;
  for (const auto& [id, part] : parts) {
    switch (part.role) {
      case Role::kDrums:
        for (const GridNote* note : part.notes) {
          const int drum = drum_class(note->pitch);
          if (drum >= 0)
            out.push_back({note->start, 1, Layer::kDrums, model::kDrumKeys[static_cast<std::size_t>(drum)]});
        }
        break;
      case Role::kTimpani:
        for (const GridNote* note : part.notes) out.push_back({note->start, 1, Layer::kDrums, model::kDrumKeys[4]});
        break;
      case Role::kBass:
        basses.push_back({&part, in_bars(part)});
        break;
      case Role::kPad:
        pads.push_back({&part, in_bars(part)});
        break;
      case Role::kLead:
        leads.push_back({&part, in_bars(part)});
        break;
      case Role::kPlucked:
        plucked.push_back({&part, in_bars(part)});
        break;
      case Role::kNone:
        break;
    }
  }
  for (std::size_t bar = 0; bar < bars.size(); ++bar) {
    const auto best_of = [&](std::vector<Candidate>& candidates, double pitch_weight) -> Candidate* {
      Candidate* best = nullptr;
      double best_score = 0.0;
      for (Candidate& c : candidates) {
        if (c.by_bar[bar].empty()) continue;
        const double score = (static_cast<double>(std::min<std::size_t>(c.by_bar[bar].size(), 8)) +
                              pitch_weight * (c.part->mean_pitch - 40.0)) *
                             c.loyalty;
        if (best == nullptr || score > best_score) best = &c, best_score = score;
      }
      for (Candidate& c : candidates) c.loyalty = &c == best ? 1.5 : 1.0;
      return best;
    };
    if (const Candidate* bass = best_of(basses, 0.0)) {
      for (const GridNote* note : bass->by_bar[bar]) put(out, *note, Layer::kBass);
    }
    Candidate* lead = best_of(leads, 0.3);
    if (lead != nullptr) {
      for (const GridNote* note : lead->by_bar[bar]) put(out, *note, Layer::kMelody);
    }
    // What does not lead accompanies: fast parts figure, slow ones thicken the harmony.
    std::vector<Candidate*> others;
    for (Candidate& c : plucked) others.push_back(&c);
    for (Candidate& c : leads) {
      if (&c != lead) others.push_back(&c);
    }
    Candidate* figure = nullptr;
    for (Candidate* c : others) {
      if (c->by_bar[bar].size() >= 4 && (figure == nullptr || c->by_bar[bar].size() > figure->by_bar[bar].size()))
        figure = c;
    }
    if (figure != nullptr) {
      for (const GridNote* note : figure->by_bar[bar]) put(out, *note, Layer::kFigure);
    }
    std::map<int, std::set<int>> pitches;
    const auto thicken = [&](const Candidate& c) {
      for (const GridNote* note : c.by_bar[bar]) {
        std::set<int>& here = pitches[note->start];
        if (here.size() < 4 && here.insert(note->pitch % 12).second) put(out, *note, Layer::kHarmony);
      }
    };
    for (const Candidate& c : pads) thicken(c);
    for (const Candidate* c : others) {
      if (c != figure && c->by_bar[bar].size() <= 6) thicken(*c);
    }
  }
  lend_bass(out, bars);
  return out;
}

}  // namespace photoplayer::train::detail
