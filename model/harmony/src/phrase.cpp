// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/harmony/phrase.h>
#include <photoplayer/harmony/stock.h>

#include <algorithm>
#include <string>

namespace photoplayer::harmony {
namespace {

using stream::ScaleMode;

std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == by)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

void add_tone(Harmony& harmony, int pitch_class) {
  harmony.stack.push_back(pitch_class);
  harmony.tones = static_cast<PitchSet>(harmony.tones | (1U << static_cast<unsigned>(pitch_class)));
}

/// Thirds above the root of a plain triad in root position, or 0.
int third_of(const Harmony& harmony) {
  if (harmony.stack.size() != 3 || harmony.bass != harmony.root) return 0;
  const int third = (harmony.stack[1] - harmony.root + 12) % 12, fifth = (harmony.stack[2] - harmony.root + 12) % 12;
  return fifth == 7 && (third == 3 || third == 4) ? third : 0;
}

/// Diatonic sevenths and ninths; dominants get the minor seventh.
void colour(Harmony& harmony, PitchSet scale, Random& random) {
  const int third = third_of(harmony);
  if (third == 0) return;
  const int minor_seventh = (harmony.root + 10) % 12, major_seventh = (harmony.root + 11) % 12,
            ninth = (harmony.root + 2) % 12;
  if (harmony.root == 7 && third == 4)
    add_tone(harmony, minor_seventh);
  else if (contains(scale, ninth) && random.chance(0.3))
    add_tone(harmony, ninth);
  else if (third == 4 && contains(scale, major_seventh))
    add_tone(harmony, major_seventh);
  else if (contains(scale, minor_seventh))
    add_tone(harmony, minor_seventh);
}

class ThemeWriter {
 public:
  ThemeWriter(int style, ScaleMode scale, int beats_per_bar, Random random)
      : habits_(habits_of(style)),
        pool_(progressions_of(style, scale)),
        cadences_(cadences_of(style, scale)),
        scale_(scale_set(scale)),
        beats_per_bar_(beats_per_bar),
        random_(random) {}

  ThemeChords write(Role role) {
    std::vector<std::string> bars = outline(role);
    const std::string half = random_.pick(cadences_.half), full = random_.pick(cadences_.full);
    const bool lures = !cadences_.deceptive.empty() && random_.chance(0.15);
    const std::string lure = lures ? random_.pick(cadences_.deceptive) : half;
    // A loop may simply go round; a period needs its half cadence.
    const bool goes_round = loops_ && random_.chance(0.4);
    bars.resize(kThemeBars);
    const std::vector<std::string> round(bars.end() - 2, bars.end());
    bars.resize(kThemeBars - 2);
    std::vector<ChordSpan> body = spans_of(bars);
    lead_on(body);

    ThemeChords theme;
    theme.open = join(body, spans_of(goes_round ? round : split(lure, ' ')));
    theme.closed = join(body, spans_of(closing_.empty() ? split(full, ' ') : closing_));
    invert(theme);
    return theme;
  }

 private:
  /// Eight bars; the last two are what the theme does of itself, before an ending replaces them.
  std::vector<std::string> outline(Role role) {
    std::string first, second;
    if (role == Role::kContrast) {
      first = random_.pick(pool_.contrast);
      second = random_.chance(0.4)   ? first
               : random_.chance(0.5) ? random_.pick(pool_.contrast)
                                     : random_.pick(pool_.loops);
    } else if (random_.chance(habits_.functional)) {
      first = random_.pick(pool_.opening);
      second = random_.pick(pool_.closing);
      const auto bars = split(second, ' ');
      closing_.assign(bars.end() - 2, bars.end());
    } else {
      loops_ = true;
      first = random_.pick(pool_.loops);
      second = random_.chance(0.6) ? first : random_.pick(pool_.loops);
    }
    if (random_.chance(habits_.slow_harmony)) {
      first = slowed(first);
      second = random_.chance(0.5) ? first : slowed(second);
    }
    return split(first + ' ' + second, ' ');
  }

  /// Joins pairs of bars: the phrase's first chord for two bars, its third for two.
  static std::string slowed(const std::string& text) {
    const auto bars = split(text, ' ');
    const std::string first = split(bars[0], '.')[0], second = split(bars[2], '.')[0];
    return first + ' ' + first + ' ' + second + ' ' + second;
  }

  std::vector<ChordSpan> spans_of(const std::vector<std::string>& bars) {
    std::vector<ChordSpan> spans;
    int beat = 0;
    for (const std::string& bar : bars) {
      const auto halves = split(bar, '.');
      for (std::size_t i = 0; i < halves.size(); ++i) {
        ChordSpan span;
        span.harmony = parse_roman(halves[i]);
        // Three beats divide into two and one: the second chord is the short one.
        const int first = (beats_per_bar_ + 1) / 2;
        span.beats = halves.size() == 1 ? beats_per_bar_ : i == 0 ? first : beats_per_bar_ - first;
        span.beat = beat;
        if (random_.chance(habits_.sevenths) || (span.harmony.root == 7 && random_.chance(0.3)))
          colour(span.harmony, scale_, random_);
        beat += span.beats;
        spans.push_back(std::move(span));
      }
    }
    return spans;
  }

  /// The second half of a bar becomes the dominant of the chord to come, where that is a plain one of the key.
  void lead_on(std::vector<ChordSpan>& spans) {
    std::vector<ChordSpan> out;
    for (std::size_t i = 0; i < spans.size(); ++i) {
      out.push_back(spans[i]);
      if (i + 1 >= spans.size() || spans[i].beats < beats_per_bar_) continue;
      const Harmony& goal = spans[i + 1].harmony;
      const int dominant = (goal.root + 7) % 12;
      const bool worth = goal.root != 0 && goal.root != 10 && third_of(goal) != 0 && contains(scale_, goal.root) &&
                         contains(scale_, dominant) && spans[i].harmony.root != dominant &&
                         spans[i].harmony.root != goal.root;
      if (!random_.chance(habits_.dominants) || !worth) continue;
      const int first = (beats_per_bar_ + 1) / 2;
      out.back().beats = first;
      ChordSpan led{spans[i].beat + first, beats_per_bar_ - first, {}};
      led.harmony.root = led.harmony.bass = dominant;
      for (int interval : {0, 4, 7, 10}) add_tone(led.harmony, (dominant + interval) % 12);
      if (random_.chance(habits_.inversions)) led.harmony.bass = led.harmony.stack[1];
      out.push_back(std::move(led));
    }
    spans = std::move(out);
  }

  static std::vector<ChordSpan> join(std::vector<ChordSpan> body, std::vector<ChordSpan> ending) {
    const int beat = body.back().beat + body.back().beats;
    for (ChordSpan& span : ending) {
      span.beat += beat;
      body.push_back(std::move(span));
    }
    return body;
  }

  /// First inversions where they turn the bass's leaps into steps, in the six bars that the endings share.
  void invert(ThemeChords& theme) {
    const auto leap = [](int a, int b) {
      const int up = ((b - a) % 12 + 12) % 12;
      return std::min(up, 12 - up);
    };
    auto& spans = theme.open;
    const int shared = (kThemeBars - 2) * beats_per_bar_;
    for (std::size_t i = 1; i + 1 < spans.size() && spans[i + 1].beat < shared; ++i) {
      Harmony& here = spans[i].harmony;
      if (here.bass != here.root || here.stack.size() < 3 || here.root == spans[i - 1].harmony.root) continue;
      const int before = spans[i - 1].harmony.bass, after = spans[i + 1].harmony.bass, third = here.stack[1];
      const int saved = leap(before, here.root) + leap(here.root, after) - leap(before, third) - leap(third, after);
      // A suspended chord has no third to stand on.
      const int above = (third - here.root + 12) % 12;
      if (above != 3 && above != 4) continue;
      if (saved >= 2 && random_.chance(habits_.inversions)) theme.closed[i].harmony.bass = here.bass = third;
    }
  }

  const Habits& habits_;
  const ProgressionPool& pool_;
  const Cadences& cadences_;
  PitchSet scale_;
  int beats_per_bar_;
  Random random_;
  bool loops_ = false;
  std::vector<std::string> closing_;  ///< a period's own last two bars
};

}  // namespace

const ChordSpan& span_at(const std::vector<ChordSpan>& spans, int beat) {
  for (const ChordSpan& span : spans) {
    if (beat < span.beat + span.beats) return span;
  }
  return spans.back();
}

ThemeChords write_theme(int style, ScaleMode scale, int beats_per_bar, Role role, Random random) {
  return ThemeWriter(style, scale, beats_per_bar, random).write(role);
}

}  // namespace photoplayer::harmony
