// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The element `photoplayer`: video in, music out. See gst-plugin/README.md. The GObject type lives in a
/// static library, so that the plugin and the tests register the same code.
#include <photoplayer/gst/model_factory.h>

#include <gst/gst.h>

namespace photoplayer::gst {

/// The element's type. Elements made after `use_model_factory` take their model from there.
[[nodiscard]] GType element_type();

/// Once per process, before the first element: by plugin_init or a test. Caller: control.
void use_model_factory(ModelFactory factory);

/// Registers `photoplayer`; `plugin` may be null (a static element, in tests).
bool register_element(GstPlugin* plugin);

}  // namespace photoplayer::gst
