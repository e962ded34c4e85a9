// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a tune is made of: a bar of rhythm with a contour, before it meets its chord, and what can be done with it.
#include "rhythm.h"

namespace photoplayer::train::detail {

struct Idea {
  Rhythm rhythm;
  std::vector<int> line;  ///< scale steps above the first note, one per stroke
};

/// A contour that can be remembered, over a given rhythm.
[[nodiscard]] Idea make_idea(Random& random, Rhythm rhythm);
[[nodiscard]] Idea turned_over(Idea idea);
/// The same beginning, another end.
[[nodiscard]] Idea with_new_end(Random& random, const Idea& idea);
/// The idea's head again and again, each time `shift` steps further.
[[nodiscard]] Idea fragment(const Idea& idea, int beats_per_bar, int shift);

}  // namespace photoplayer::train::detail
