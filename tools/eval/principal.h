// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Principal components, for rows of more numbers than there are rows. Pure functions; any thread.
/// Tested in tests/unit/tools/classify_test.cpp.
#include "eval/classify.h"

namespace photoplayer::tools {

/// Each row of `rows` as its places along the `count` strongest principal components of those rows that `known` names;
/// along fewer where these have fewer. Kinds and folds stay.
[[nodiscard]] Labelled along_principal(const Labelled& rows, const std::vector<std::size_t>& known, std::size_t count);

}  // namespace photoplayer::tools
