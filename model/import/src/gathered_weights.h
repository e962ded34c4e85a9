// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The checkpoint, the autoencoder and the CLIP file, sorted under the names of a bundle.
#include "key_names.h"
#include "source_tensor.h"
#include "weight_file.h"

#include <photoplayer/stream/result.h>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace photoplayer::model::detail {

/// One of a bundle's tensors, as found.
struct Piece {
  std::array<std::optional<SourceTensor>, 6> parts;  ///< by Part
  std::string origin;                                ///< a name in the file it came from

  [[nodiscard]] const std::optional<SourceTensor>& part(Part which) const {
    return parts[static_cast<std::size_t>(which)];
  }
  /// Nothing if it is complete; else the name of what is missing beside what is there.
  [[nodiscard]] std::string missing_part(const std::string& name) const;
  /// Of the result, as far as the parts that are there tell.
  [[nodiscard]] std::optional<std::vector<std::int64_t>> shape() const;
};

struct GatheredWeights {
  std::map<std::string, Piece> pieces;
  std::map<std::string, SourceTensor> dead;  ///< bundle names; some tell how the model was trained
  std::vector<std::string> unknown;          ///< names that belong nowhere
  bool lightning = false;                    ///< else an exported checkpoint, which holds one set of weights
};

enum class WeightSet { kOnline, kEma };

/// Fails with kBadInput if there is no EMA where it was asked for. `autoencoder` is null when the checkpoint's own is
/// to be used.
[[nodiscard]] Result<GatheredWeights> gather_weights(const WeightFile& checkpoint, WeightSet set,
                                                     const WeightFile* autoencoder, const WeightFile& clip);

}  // namespace photoplayer::model::detail
