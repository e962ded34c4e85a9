// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/harmony/stock.h>

#include <array>
#include <cstddef>

namespace photoplayer::harmony {
namespace {

using stream::ScaleMode;

constexpr std::array<Habits, stream::kStyles> kHabits = {{
    // functional, slow, sevenths, dominants, inversions
    {0.75, 0.10, 0.15, 0.26, 0.70},  // piano
    {0.90, 0.05, 0.10, 0.30, 0.75},  // chamber
    {0.15, 0.50, 0.60, 0.03, 0.30},  // ambient
    {0.10, 0.05, 0.90, 0.20, 0.10},  // lofi
    {0.40, 0.20, 0.15, 0.10, 0.55},  // cinematic
    {0.50, 0.05, 0.05, 0.15, 0.40},  // adventure
    {0.05, 0.05, 0.30, 0.03, 0.15},  // electronic
    {0.85, 0.05, 0.05, 0.10, 0.25},  // folk
}};

// Common stock, after the practice of each mode: opening, closing, loops, contrast.
const ProgressionPool kMajorFunctional = {
    {"I vi IV V", "I IV I V", "I V vi V", "I iii IV V", "I ii vi V", "I vi ii V", "I I IV V", "I IV ii V",
     "I V/vi vi V", "I I6 IV V", "I vi V/V V", "I V6 vi iii.V", "IV I ii V", "I IV.I6 ii V", "I V I6 V",
     "I viio6.I I6.IV V"},
    {"I vi ii.V I", "vi IV ii.V I", "IV I ii.V I", "I V/IV IV.V I", "vi ii V I", "I IV V I", "iii vi ii.V I",
     "I IV Vsus4.V I", "IV iv I.V I", "I6 IV I64.V I", "vi IV I64.V7 I", "IV V.V/vi vi.V I", "ii V7 I.IV I",
     "I V6.vi IV.V7 I"},
    {"I V vi IV", "I vi IV V", "vi IV I V", "I IV vi V", "I iii vi IV", "I V6 vi iii.IV", "IV I6 ii V", "I IV6 I ii.V"},
    {"vi V/vi vi V/V", "vi iii IV V", "IV V/ii ii V", "V/vi vi V/ii ii.V", "IV I6 iv V", "vi ii V/vi vi.V",
     "iii V/vi vi V/V", "V/IV IV ii V", "vi IV V/V V", "ii V/vi vi IV.V", "V I6 V/V V", "bVI bIII iv V"}};
const ProgressionPool kMinorFunctional = {
    {"i iv i V", "i bVI iv V", "i bVI bIII bVII", "i bVII bVI V", "i iv bVI V", "i bIII iv V", "i V i V", "i i6 iv V",
     "i bVI iio.iv V", "i v6 bVI V", "i bVII bIII V", "i iv.bVII bIII V"},
    {"i iv V i", "bVI iv V i", "i bVI iio.V i", "iv i V7 i", "bVI bVII i i", "i V/iv iv.V i", "iv bVII bIII.V i",
     "bVI bIII iv.V i", "i6 iv i64.V i", "bIII bVI iio6.V7 i"},
    {"i bVI bIII bVII", "i bVII bVI bVII", "i bVI iv V", "i iv bVI V", "i bIII bVII iv", "i v bVI bVII"},
    {"bIII bVII bIII V", "bIII V/iv iv V", "bVI bIII bVII bIII.V", "iv bVII bIII V/iv", "bVI bVII bIII V",
     "bIII bVI iv V", "iv i6 bVI V", "bVII bIII V/V V", "bVI iv bIII V", "bIII bVII/bIII bVI V", "v bVI bIII iv.V"}};
const ProgressionPool kDorianStock = {
    {"i IV i v", "i bVII IV v", "i ii bIII IV", "i IV bVII IV", "i bIII IV v", "i bVII i bVII"},
    {"i IV bVII i", "bIII IV v i", "IV bVII i i", "i bVII IV i", "bIII bVII IV i"},
    {"i IV i IV", "i bVII IV i", "i bIII bVII IV", "i v IV bVII", "i ii IV i"},
    {"bIII bVII IV v", "bVII bIII IV v", "ii IV bVII v", "IV bVII bIII bVII", "v IV bIII bVII", "bIII v IV bVII"}};
const ProgressionPool kMixolydianStock = {
    {"I bVII IV I", "I v bVII IV", "I bVII I v", "I IV bVII IV", "I I bVII bVII", "I ii bVII IV"},
    {"IV bVII I I", "bVII IV I I", "I v bVII.IV I", "IV I bVII I", "ii bVII.IV I I"},
    {"I bVII IV I", "I bVII I bVII", "I v bVII IV", "I IV bVII IV", "I ii bVII IV"},
    {"IV ii bVII v", "v ii IV bVII", "bVII v IV bVII", "ii v IV bVII", "vi IV ii bVII", "IV vi v bVII"}};
const ProgressionPool kLofiMajor = {
    {"Imaj7 vi7 ii7 V7", "IVmaj7 iii7 ii7 V7"},
    {"ii7 V7 Imaj7 Imaj7", "IVmaj7 V7 Imaj7 Imaj9"},
    {"ii7 V7 Imaj7 vi7", "Imaj7 vi7 ii7 V7", "IVmaj7 iii7 ii7 Imaj7", "IVmaj7 V7 iii7 vi7", "Imaj7 iii7 IVmaj7 V7",
     "IVmaj9 iii7 vi7 Imaj7", "Imaj9 IVmaj7 iii7.vi7 ii7.V7", "IVmaj7 V/vi vi7 Imaj7", "Imaj7 IVmaj7 Imaj7 iv"},
    {"IVmaj7 iv7 iii7 vi7", "vi7 ii7 iii7 IVmaj7", "iii7 vi7 ii7 V7", "IVmaj7 V/vi vi7 V7", "ii7 iii7 IVmaj7 V7",
     "vi7 V/V V7 IVmaj7"}};
const ProgressionPool kLofiMinor = {
    {"i7 iv7 bVImaj7 v7", "iv7 i7 bVImaj7 V7"},
    {"iih7 V7 i7 i7", "bVImaj7 v7 i7 i7"},
    {"iv7 bVII7 bIIImaj7 bVImaj7", "i7 iv7 bVImaj7 v7", "i7 bVImaj7 bIIImaj7 bVII", "bVImaj7 v7 i7 i7", "iv7 v7 i7 i7",
     "i9 iv7 i9 v7", "bVImaj7 bVII i7 v7", "i7 bIIImaj7 iv7 v7"},
    {"bVImaj7 bVII7 bIIImaj7 V7", "iv7 bVII7 bIIImaj7 bVImaj7", "bIIImaj7 bVII iv7 v7", "bVImaj7 v7 iv7 v7",
     "iih7 V7 bIIImaj7 bVII7"}};
const ProgressionPool kLofiDorian = {
    {"i7 IV7 i7 v7"},
    {"IV7 bVII i7 i7"},
    {"i7 IV7 i7 IV7", "i9 IV7 bIIImaj7 ii7", "ii7 bIIImaj7 IV7 i7", "i7 ii7 bIIImaj7 IV7"},
    {"bIIImaj7 ii7 bVII IV7", "ii7 bIIImaj7 v7 IV7", "bVII IV7 bIIImaj7 v7"}};
const ProgressionPool kAmbientMajor = {
    {"Imaj7 IVmaj7 vi7 IVmaj7", "Iadd9 Iadd9 Vsus4 V"},
    {"IVmaj7 IVmaj7 Iadd9 Iadd9", "ii7 V7sus4 Iadd9 Iadd9"},
    {"Imaj7 IVmaj7 Imaj7 IVmaj7", "Iadd9 vi7 IVmaj7 Vsus4", "IVmaj7 Iadd9 vi7 Vsus4", "Imaj9 iii7 IVmaj7 IVmaj7",
     "Isus2 Iadd9 IVadd9 IVmaj7", "vi7 IVmaj7 Iadd9 Vsus4", "Iadd9 IVadd9 ii7 Vsus4"},
    {"vi7 iii7 IVmaj7 Vsus4", "IVmaj7 iv IVmaj7 Vsus4", "ii7 vi7 IVmaj7 V", "vi7 IVmaj7 ii7 Vsus4",
     "bVImaj7 IVmaj7 bVImaj7 V"}};
const ProgressionPool kAmbientMinor = {
    {"i bVImaj7 bIII bVII", "i9 iv7 i9 v7"},
    {"iv7 v7 i i", "bVImaj7 bVII i9 i9"},
    {"i bVImaj7 i bVImaj7", "i9 bIIImaj7 bVImaj7 bVII", "i iv7 bVImaj7 v7", "bVImaj7 bVII i9 i9",
     "isus2 i bVImaj7 bVII", "i7 v7 bVImaj7 iv7"},
    {"bVImaj7 bIIImaj7 iv7 v7", "bIIImaj7 bVII iv7 bVImaj7", "iv7 bVImaj7 bIIImaj7 bVII", "bVII bVImaj7 bVII v7"}};
const ProgressionPool kElectronicMajor = {
    {"I V vi IV", "IV V vi V"},
    {"IV V I I", "vi IV V I"},
    {"vi IV I V", "I V vi IV", "IV I V vi", "IV V vi I", "I iii IV V", "vi V IV V", "IVmaj7 V vi7 iii7", "I I vi IV",
     "IV vi I V", "IV V vi iii7", "ii IV vi V"},
    {"ii vi IV V", "iii vi ii V", "IV iii7 ii V", "vi iii IV V", "IV iv IV V"}};
const ProgressionPool kElectronicMinor = {
    {"i bVI bIII bVII", "i iv bVI V"},
    {"bVI bVII i i", "iv v i i"},
    {"i bVI bIII bVII", "i bVII bVI bVII", "i bVI bVII v", "bVI bVII i i", "i i bVI bVII", "i iv bVI bVII",
     "i bIII bVII bVI", "iv bVI i bVII", "i v bVI bIII"},
    {"bIII bVII iv bVI", "iv bVI bIII bVII", "bVI v iv bVII", "bIII bVII bVI V", "iv v bVI bVII"}};
const ProgressionPool kCinematicMajor = {
    {"I iii vi IV", "I V6 vi IV.V", "I IV vi V", "I I IV V"},
    {"IV V I I", "ii IV V I", "IV iv I I", "vi IV Vsus4.V I", "bVI bVII I I"},
    {"I iii vi IV", "vi IV I V", "I V vi IV", "IV I V vi", "I bVII IV I", "I vi iii IV", "I bVI bVII I"},
    {"vi iii IV V", "bVI bIII bVII V", "IV I6 ii V", "vi V/V V IV.V", "bIII bVII IV V", "iv I bVI V",
     "vi ii V/vi vi.V"}};
const ProgressionPool kCinematicMinor = {{"i bVI iv V", "i bIII bVII iv", "i i bVI V", "i v6 bVI V", "i bVI bIII V"},
                                         {"bVI bVII i i", "iv V i i", "bVI iv V i", "iv bVI V i"},
                                         {"i bVI bIII bVII", "i bVI iv V", "i bIII bVII bVI", "i bVII bVI V",
                                          "i iv i V", "i i bVI bVII", "i bVI i iv", "i bVI bIII iv"},
                                         {"bIII bVII iv V", "bVI bIII iv V", "iv bVI bIII V", "bIII bVI bII V",
                                          "v bVI iv V", "bVI bVII bIII V", "i bII bVI V"}};
const ProgressionPool kAdventureMajor = {
    {"I bVII IV V", "I IV I V", "I vi IV V", "I I bVII V", "I V vi IV.V", "I IV bVII V"},
    {"IV V I I", "bVI bVII I I", "IV I V I", "vi IV V I", "IV V.IV V I"},
    {"I bVII IV I", "I IV bVII IV", "I V IV V", "I bVI bVII I", "vi IV V I"},
    {"vi IV ii V", "bVI bIII bVII V", "IV V/V V V", "vi iii IV V", "bIII IV bVII V", "ii vi V/V V"}};
const ProgressionPool kAdventureMinor = {
    {"i bVII bVI V", "i bIII bVII V", "i iv bVII V", "i bVI bVII V", "i i bVI bVII"},
    {"bVI bVII i i", "iv V i i", "bVI V i i", "iv bVII i i", "bIII bVII V i"},
    {"i bVI bVII i", "i bVII bVI bVII", "i bIII bVII i", "i i bVI bVII", "i bVII i bVI", "i iv bVI V"},
    {"bIII bVII iv V", "bVI bIII bVII V", "bIII IV bVI V", "iv bVII bIII V", "bVI bVII bIII V"}};
const ProgressionPool kFolkMajor = {
    {"I IV I V", "I I V V", "I V IV V", "I vi IV V", "I I IV V", "I IV V V"},
    {"I IV V I", "I IV I.V I", "IV I V I", "I V I.V I", "vi IV I.V I", "I IV.V I I"},
    {"I V IV I", "I IV I V", "I V vi IV", "I IV vi V", "I ii IV V", "IV I V vi"},
    {"vi IV I V", "IV I V/V V", "vi iii IV V", "IV vi ii V", "ii vi IV V", "vi V/vi vi V"}};
const ProgressionPool kFolkMinor = {
    {"i bVII i v", "i iv i V", "i bVII i bVII", "i bIII bVII v", "i i bVII bVII"},
    {"i bVII i.v i", "bIII bVII i.v i", "i iv V i", "bVI bVII i i", "iv i bVII i"},
    {"i bVII i bVII", "i bVII bVI bVII", "i bIII bVII i"},
    {"bIII bVII i v", "bVI bIII bVII v", "iv bVII bIII V", "bIII iv i bVII", "bVII bIII bVII v"}};

const Cadences kMajorCadences = {
    {"ii V", "IV V", "V/V V", "I64 V", "ii6 V.V7", "IV.ii V", "I6.IV V", "vi.V/V V"},
    {"V I", "V7 I", "ii.V I", "I64.V7 I", "IV.V I", "Vsus4.V I", "ii6.V7 I", "IV I", "iv I"},
    {"V vi", "IV.V vi", "V bVI", "I64.V vi"}};
const Cadences kMinorCadences = {{"iv V", "iio6 V", "bVI V", "i64 V", "iv6 V", "iv.bVI V"},
                                 {"V i", "V7 i", "iv.V i", "iio6.V i", "i64.V7 i", "bVI.V i", "iv i"},
                                 {"V bVI", "iv.V bVI", "V7 bVI"}};
const Cadences kDorianCadences = {{"IV v", "bVII IV", "ii v", "bIII.IV v"},
                                  {"IV i", "bVII i", "v i", "IV.bVII i", "bIII.bVII i"},
                                  {"bVII bIII", "v IV"}};
const Cadences kMixolydianCadences = {{"IV bVII", "ii bVII", "v bVII", "I.IV bVII"},
                                      {"bVII I", "v I", "IV.bVII I", "ii.bVII I", "bVII.IV I"},
                                      {"bVII vi", "v IV"}};
const Cadences kLofiMajorCadences = {
    {"ii7 V7", "IVmaj7 V7", "iii7.vi7 ii7.V7"}, {"ii7.V7 Imaj7", "V7 Imaj9", "iv Imaj7"}, {"V7 vi7", "ii7.V7 vi7"}};
const Cadences kLofiMinorCadences = {
    {"iih7 V7", "bVImaj7 V7", "iv7 v7"}, {"iih7.V7 i7", "v7 i9", "bVII i7"}, {"V7 bVImaj7"}};
const Cadences kPopMajorCadences = {{"IV V", "ii V", "vi V", "IV.vi V"}, {"V I", "IV I", "IV.V I"}, {"V vi"}};
const Cadences kPopMinorCadences = {
    {"bVI bVII", "iv v", "bVI V", "bIII bVII"}, {"bVII i", "v i", "bVI.bVII i"}, {"bVII bVI"}};
const Cadences kEpicMajorCadences = {{"IV V", "ii V", "bVI bVII", "IV.V Vsus4.V", "vi V"},
                                     {"V I", "bVII I", "bVI.bVII I", "iv I", "IV.V I", "Vsus4.V I"},
                                     {"V vi", "V bVI"}};
const Cadences kEpicMinorCadences = {{"iv V", "bVI V", "bVI bVII", "bVI.bVII V", "iv.bVI V"},
                                     {"V i", "bVII i", "bVI.bVII i", "iv.V i", "bII.V i"},
                                     {"V bVI", "bVII bVI"}};
const Cadences kStillMajorCadences = {
    {"IVmaj7 Vsus4", "ii7 Vsus4.V", "IVmaj7 V"}, {"V7sus4 Iadd9", "IVmaj7 Iadd9", "iv Iadd9"}, {"Vsus4 vi7"}};
const Cadences kStillMinorCadences = {{"iv7 v7", "bVImaj7 bVII"}, {"v7 i9", "bVII i9", "iv7 i"}, {"bVII bVImaj7"}};

}  // namespace

const Habits& habits_of(int style) {
  return kHabits[static_cast<std::size_t>(style)];
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

const Cadences& cadences_of(int style, ScaleMode scale) {
  if (scale == ScaleMode::kMixolydian) return kMixolydianCadences;
  if (scale == ScaleMode::kDorian) return kDorianCadences;
  const bool major = scale == ScaleMode::kMajor;
  switch (style) {
    case kAmbient:
      return major ? kStillMajorCadences : kStillMinorCadences;
    case kLofi:
      return major ? kLofiMajorCadences : kLofiMinorCadences;
    case kElectronic:
      return major ? kPopMajorCadences : kPopMinorCadences;
    case kCinematic:
    case kAdventure:
      return major ? kEpicMajorCadences : kEpicMinorCadences;
    default:
      return major ? kMajorCadences : kMinorCadences;
  }
}

}  // namespace photoplayer::harmony
