// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The element's properties: one table for installing, setting and reading. See gst-plugin/README.md.
#include "settings.h"

#include <gst/gst.h>

namespace photoplayer::gst {

void install_properties(GObjectClass* klass);

enum class Change { kNone, kStored, kControls, kBadKey, kTooLate, kUnknown };

/// Writes one value into `settings`. `kControls`: the engine wants to know.
[[nodiscard]] Change set_property(Settings& settings, unsigned id, const GValue* value);
/// False if there is no such property.
[[nodiscard]] bool get_property(const Settings& settings, unsigned id, GValue* value);
/// Only while READY or below.
[[nodiscard]] bool is_mode(unsigned id);

}  // namespace photoplayer::gst
