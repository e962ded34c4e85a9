// SPDX-License-Identifier: Apache-2.0
#include "plain_tensors.h"

#include <photoplayer/model/safetensors.h>

namespace photoplayer::train {

Result<PlainTensors> read_plain_tensors(const std::string& path) {
  const auto file = model::SafetensorsFile::open(path);
  if (!file) return tl::unexpected(file.error());
  PlainTensors result;
  result.metadata.insert(file->metadata().begin(), file->metadata().end());
  for (const auto& name : file->names()) {
    const auto view = file->tensor(name);
    if (!view) return tl::unexpected(view.error());
    result.tensors.emplace(name, PlainTensor{view->shape, model::floats_of(*view)});
  }
  return result;
}

}  // namespace photoplayer::train
