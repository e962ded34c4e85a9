// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The debug categories: the element's, and the engine's news in one of its own.
/// GST_DEBUG=photoplayer:6,photoplayer-engine:5.
#include <gst/gst.h>

GST_DEBUG_CATEGORY_EXTERN(photoplayer_debug);
GST_DEBUG_CATEGORY_EXTERN(photoplayer_engine_debug);
#define GST_CAT_DEFAULT photoplayer_debug
