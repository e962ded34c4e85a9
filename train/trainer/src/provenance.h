// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A bundle's generations in its provenance. Tested in tests/unit/trainer/provenance_test.cpp.
#include <nlohmann/json.hpp>

namespace photoplayer::train {

/// `earlier`: the provenance of the bundle from which the one with `later` went on, each "continued_from" inside it a
/// generation before. Of what the next generation says just so, "as above" is left; of a source in a list, its name
/// besides.
[[nodiscard]] nlohmann::json told_once(const nlohmann::json& earlier, const nlohmann::json& later);

}  // namespace photoplayer::train
