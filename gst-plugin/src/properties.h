// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The element's properties: one table for installing, setting and reading. See gst-plugin/README.md.
#include "settings.h"

#include <gst/gst.h>

namespace photoplayer::gst {

void install_properties(GObjectClass* klass);

enum class Change { kNone, kStored, kNextTime, kControls, kBadKey, kTooLate, kUnknown };

/// Writes one value into `settings`. `kControls`: the engine wants to know. `kNextTime`: no player looks at it again.
[[nodiscard]] Change set_property(Settings& settings, unsigned id, const GValue* value);
/// False if there is no such property.
[[nodiscard]] bool get_property(const Settings& settings, unsigned id, GValue* value);
/// Only while READY or below.
[[nodiscard]] bool is_mode(unsigned id);
/// Not a setting: the player has it.
[[nodiscard]] bool is_stats(unsigned id);
/// Names of the musical ones, which may change while it plays; the caller frees the vector.
[[nodiscard]] gchar** playing_properties();

}  // namespace photoplayer::gst
