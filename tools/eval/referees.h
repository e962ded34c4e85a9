// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Second opinions from programs that share no code with this one: aubio (aubioonset, aubiotrack), and librosa and
/// mir_eval in the Python that $PHOTOPLAYER_PYTHON names (default python3). Whoever is not installed says nothing.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace photoplayer::tools {

struct Referee {
  std::string name;
  std::vector<double> onsets_s, beats_s;
  std::optional<double> mir_eval_f;  ///< mir_eval's F of our onsets against the referee's, ± 50 ms
};
[[nodiscard]] std::vector<Referee> ask_referees(const std::filesystem::path& sound,
                                                const std::vector<double>& our_onsets_s);

}  // namespace photoplayer::tools
