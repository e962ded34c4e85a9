// SPDX-License-Identifier: Apache-2.0
#include "style.h"

namespace photoplayer::train::detail {
namespace {

using stream::ScaleMode;

constexpr std::array<StyleRules, stream::kStyles> kRules = {{
    // tempo      arousal       valence      3/4   7ths  func  slow  sync  melody harm figure bass drums
    {60, 138, -0.8, 0.7, -0.9, 0.9, 0.25, 0.15, 0.75, 0.05, 0.10, {0.95, 0.70, 0.90, 0.90, 0.03}},  // piano
    {62, 144, -0.7, 0.8, -0.8, 0.9, 0.30, 0.10, 0.90, 0.00, 0.05, {0.95, 0.85, 0.75, 0.90, 0.02}},  // chamber
    {50, 88, -1.0, 0.1, -0.7, 0.8, 0.10, 0.60, 0.15, 0.50, 0.15, {0.65, 1.00, 0.70, 0.75, 0.15}},   // ambient
    {66, 94, -0.7, 0.3, -0.6, 0.6, 0.00, 0.90, 0.10, 0.05, 0.75, {0.75, 0.95, 0.55, 0.95, 0.95}},   // lofi
    {58, 144, -0.6, 0.9, -0.9, 0.6, 0.12, 0.15, 0.40, 0.20, 0.10, {0.85, 1.00, 0.80, 0.95, 0.60}},  // cinematic
    {92, 168, 0.0, 1.0, -0.5, 0.9, 0.06, 0.05, 0.50, 0.05, 0.25, {0.90, 0.85, 0.80, 1.00, 0.90}},   // adventure
    {96, 152, -0.1, 1.0, -0.6, 0.8, 0.00, 0.30, 0.05, 0.05, 0.75, {0.70, 0.85, 0.90, 1.00, 0.98}},  // electronic
    {72, 160, -0.5, 0.8, -0.5, 1.0, 0.25, 0.05, 0.85, 0.05, 0.15, {0.95, 0.85, 0.70, 0.90, 0.55}},  // folk
}};

// Common stock, after the practice of each mode.
const ProgressionPool kMajorFunctional = {
    {"I vi IV V", "I IV I V", "I V vi V", "I iii IV V", "I ii vi V", "I vi ii V", "I I IV V", "I IV ii V",
     "I V/vi vi V", "I I6 IV V", "I vi V/V V", "I V6 vi iii.V", "IV I ii V", "I IV.I6 ii V", "I V I6 V",
     "I viio6.I I6.IV V"},
    {"I vi ii.V I", "vi IV ii.V I", "IV I ii.V I", "I V/IV IV.V I", "vi ii V I", "I IV V I", "iii vi ii.V I",
     "I IV Vsus4.V I", "IV iv I.V I", "I6 IV I64.V I", "vi IV I64.V7 I", "IV V.V/vi vi.V I", "ii V7 I.IV I",
     "I V6.vi IV.V7 I"},
    {"I V vi IV", "I vi IV V", "vi IV I V", "I IV vi V", "I iii vi IV"}};
const ProgressionPool kMinorFunctional = {
    {"i iv i V", "i bVI iv V", "i bVI bIII bVII", "i bVII bVI V", "i iv bVI V", "i bIII iv V", "i V i V", "i i6 iv V",
     "i bVI iio.iv V", "i v6 bVI V", "i bVII bIII V", "i iv.bVII bIII V"},
    {"i iv V i", "bVI iv V i", "i bVI iio.V i", "iv i V7 i", "bVI bVII i i", "i V/iv iv.V i", "iv bVII bIII.V i",
     "bVI bIII iv.V i", "i6 iv i64.V i", "bIII bVI iio6.V7 i"},
    {"i bVI bIII bVII", "i bVII bVI bVII", "i bVI iv V", "i iv bVI V", "i bIII bVII iv", "i v bVI bVII"}};
const ProgressionPool kDorianStock = {
    {"i IV i v", "i bVII IV v", "i ii bIII IV", "i IV bVII IV", "i bIII IV v", "i bVII i bVII"},
    {"i IV bVII i", "bIII IV v i", "IV bVII i i", "i bVII IV i", "bIII bVII IV i"},
    {"i IV i IV", "i bVII IV i", "i bIII bVII IV", "i v IV bVII", "i ii IV i"}};
const ProgressionPool kMixolydianStock = {
    {"I bVII IV I", "I v bVII IV", "I bVII I v", "I IV bVII IV", "I I bVII bVII", "I ii bVII IV"},
    {"IV bVII I I", "bVII IV I I", "I v bVII.IV I", "IV I bVII I", "ii bVII.IV I I"},
    {"I bVII IV I", "I bVII I bVII", "I v bVII IV", "I IV bVII IV", "I ii bVII IV"}};

const ProgressionPool kLofiMajor = {
    {"Imaj7 vi7 ii7 V7", "IVmaj7 iii7 ii7 V7"},
    {"ii7 V7 Imaj7 Imaj7", "IVmaj7 V7 Imaj7 vi7"},
    {"ii7 V7 Imaj7 vi7", "Imaj7 vi7 ii7 V7", "IVmaj7 iii7 ii7 Imaj7", "IVmaj7 V7 iii7 vi7", "Imaj7 iii7 IVmaj7 V7",
     "IVmaj9 iii7 vi7 Imaj7", "Imaj9 IVmaj7 iii7.vi7 ii7.V7", "IVmaj7 V/vi vi7 Imaj7", "Imaj7 IVmaj7 Imaj7 iv"}};
const ProgressionPool kLofiMinor = {
    {"i7 iv7 bVImaj7 v7", "iv7 i7 bVImaj7 V7"},
    {"iih7 V7 i7 i7", "bVImaj7 v7 i7 i7"},
    {"iv7 bVII7 bIIImaj7 bVImaj7", "i7 iv7 bVImaj7 v7", "i7 bVImaj7 bIIImaj7 bVII", "bVImaj7 v7 i7 i7", "iv7 v7 i7 i7",
     "i9 iv7 i9 v7", "bVImaj7 bVII i7 v7", "i7 bIIImaj7 iv7 v7"}};
const ProgressionPool kLofiDorian = {
    {"i7 IV7 i7 v7"},
    {"IV7 bVII i7 i7"},
    {"i7 IV7 i7 IV7", "i9 IV7 bIIImaj7 ii7", "ii7 bIIImaj7 IV7 i7", "i7 ii7 bIIImaj7 IV7"}};
const ProgressionPool kAmbientMajor = {
    {"Imaj7 IVmaj7 vi7 IVmaj7", "Iadd9 Iadd9 Vsus4 V"},
    {"IVmaj7 IVmaj7 Iadd9 Iadd9", "ii7 V7sus4 Iadd9 Iadd9"},
    {"Imaj7 IVmaj7 Imaj7 IVmaj7", "Iadd9 vi7 IVmaj7 Vsus4", "IVmaj7 Iadd9 vi7 Vsus4", "Imaj9 iii7 IVmaj7 IVmaj7",
     "Isus2 Iadd9 IVadd9 IVmaj7", "vi7 IVmaj7 Iadd9 Vsus4", "Iadd9 IVadd9 ii7 Vsus4"}};
const ProgressionPool kAmbientMinor = {{"i bVImaj7 bIII bVII", "i9 iv7 i9 v7"},
                                       {"iv7 v7 i i", "bVImaj7 bVII i9 i9"},
                                       {"i bVImaj7 i bVImaj7", "i9 bIIImaj7 bVImaj7 bVII", "i iv7 bVImaj7 v7",
                                        "bVImaj7 bVII i9 i9", "isus2 i bVImaj7 bVII", "i7 v7 bVImaj7 iv7"}};
const ProgressionPool kElectronicMajor = {{"I V vi IV", "IV V vi V"},
                                          {"IV V I I", "vi IV V I"},
                                          {"vi IV I V", "I V vi IV", "IV I V vi", "IV V vi I", "I iii IV V",
                                           "vi V IV V", "IVmaj7 V vi7 iii7", "I I vi IV", "IV vi I V"}};
const ProgressionPool kElectronicMinor = {
    {"i bVI bIII bVII", "i iv bVI V"},
    {"bVI bVII i i", "iv v i i"},
    {"i bVI bIII bVII", "i bVII bVI bVII", "i bVI bVII v", "bVI bVII i i", "i i bVI bVII", "i iv bVI bVII",
     "i bIII bVII bVI", "iv bVI i bVII", "i v bVI bIII"}};
const ProgressionPool kCinematicMajor = {
    {"I iii vi IV", "I V6 vi IV.V", "I IV vi V", "I I IV V"},
    {"IV V I I", "ii IV V I", "IV iv I I", "vi IV Vsus4.V I", "bVI bVII I I"},
    {"I iii vi IV", "vi IV I V", "I V vi IV", "IV I V vi", "I bVII IV I", "I vi iii IV", "I bVI bVII I"}};
const ProgressionPool kCinematicMinor = {{"i bVI iv V", "i bIII bVII iv", "i i bVI V", "i v6 bVI V", "i bVI bIII V"},
                                         {"bVI bVII i i", "iv V i i", "bVI iv V i", "iv bVI V i"},
                                         {"i bVI bIII bVII", "i bVI iv V", "i bIII bVII bVI", "i bVII bVI V",
                                          "i iv i V", "i i bVI bVII", "i bVI i iv", "i bVI bIII iv"}};
const ProgressionPool kAdventureMajor = {
    {"I bVII IV V", "I IV I V", "I vi IV V", "I I bVII V", "I V vi IV.V", "I IV bVII V"},
    {"IV V I I", "bVI bVII I I", "IV I V I", "vi IV V I", "IV V.IV V I"},
    {"I bVII IV I", "I IV bVII IV", "I V IV V", "I bVI bVII I", "vi IV V I"}};
const ProgressionPool kAdventureMinor = {
    {"i bVII bVI V", "i bIII bVII V", "i iv bVII V", "i bVI bVII V", "i i bVI bVII"},
    {"bVI bVII i i", "iv V i i", "bVI V i i", "iv bVII i i", "bIII bVII V i"},
    {"i bVI bVII i", "i bVII bVI bVII", "i bIII bVII i", "i i bVI bVII", "i bVII i bVI", "i iv bVI V"}};
const ProgressionPool kFolkMajor = {{"I IV I V", "I I V V", "I V IV V", "I vi IV V", "I I IV V", "I IV V V"},
                                    {"I IV V I", "I IV I.V I", "IV I V I", "I V I.V I", "vi IV I.V I", "I IV.V I I"},
                                    {"I V IV I", "I IV I V", "I V vi IV"}};
const ProgressionPool kFolkMinor = {{"i bVII i v", "i iv i V", "i bVII i bVII", "i bIII bVII v", "i i bVII bVII"},
                                    {"i bVII i.v i", "bIII bVII i.v i", "i iv V i", "bVI bVII i i", "iv i bVII i"},
                                    {"i bVII i bVII", "i bVII bVI bVII", "i bIII bVII i"}};

}  // namespace

const StyleRules& rules_of(int style) {
  return kRules[static_cast<std::size_t>(style)];
}

const ProgressionPool& progressions_of(int style, ScaleMode scale) {
  if (scale == ScaleMode::kMixolydian) return kMixolydianStock;
  if (scale == ScaleMode::kDorian) return style == kLofi ? kLofiDorian : kDorianStock;
  const bool major = scale == ScaleMode::kMajor;
  switch (style) {
    case kAmbient:
      return major ? kAmbientMajor : kAmbientMinor;
    case kLofi:
      return major ? kLofiMajor : kLofiMinor;
    case kCinematic:
      return major ? kCinematicMajor : kCinematicMinor;
    case kAdventure:
      return major ? kAdventureMajor : kAdventureMinor;
    case kElectronic:
      return major ? kElectronicMajor : kElectronicMinor;
    case kFolk:
      return major ? kFolkMajor : kFolkMinor;
    default:
      return major ? kMajorFunctional : kMinorFunctional;
  }
}

ScaleMode draw_scale(Random& random, int style, double valence) {
  // Brightness order: minor, dorian, mixolydian, major. Folk and adventure like the two in the middle.
  const double modal = style == kFolk || style == kAdventure  ? 0.45
                       : style == kChamber || style == kPiano ? 0.12
                                                              : 0.25;
  if (valence < -0.15) return random.chance(modal * 0.6) && valence > -0.6 ? ScaleMode::kDorian : ScaleMode::kMinor;
  if (valence < 0.2) {
    const double middle = modal + 0.2;
    if (random.chance(middle)) return random.chance(0.5) ? ScaleMode::kDorian : ScaleMode::kMixolydian;
    return random.chance(0.5) ? ScaleMode::kMinor : ScaleMode::kMajor;
  }
  return random.chance(modal * 0.7) && valence < 0.75 ? ScaleMode::kMixolydian : ScaleMode::kMajor;
}

}  // namespace photoplayer::train::detail
