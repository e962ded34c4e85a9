// SPDX-License-Identifier: Apache-2.0
#pragma once
/// From what was found to the bytes of a bundle: weight norm folded, thirds joined, floats rounded, a piece at a time.
#include "gathered_weights.h"

#include <photoplayer/model/bundle_writer.h>

namespace photoplayer::model::detail {

/// For a piece without misfits; `tensor` is the next one of the writer. Fails with kBadInput for values that are not
/// finite or too large for the storage.
[[nodiscard]] Result<void> write_piece(const Piece& piece, const PlannedTensor& tensor, BundleWriter& writer);

}  // namespace photoplayer::model::detail
