// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The tensors of a file written by torch.save() or as a TorchScript archive, by their dotted paths: keys of the
/// state_dict, or attributes of a script module (`visual.conv1.weight`). A Lightning checkpoint's `state_dict` is
/// taken and everything beside it is left alone. Nothing in the file is executed (pickle.h).
#include "source_tensor.h"

#include <photoplayer/stream/result.h>

#include <cstddef>
#include <map>
#include <span>
#include <string>

namespace photoplayer::model::detail {

/// The views point into `file`. Fails with kBadInput and the reason alone.
[[nodiscard]] Result<std::map<std::string, SourceTensor>> read_torch_file(std::span<const std::byte> file);

}  // namespace photoplayer::model::detail
