// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The element's debug category: GST_DEBUG=photoplayer:6.
#include <gst/gst.h>

GST_DEBUG_CATEGORY_EXTERN(photoplayer_debug);
#define GST_CAT_DEFAULT photoplayer_debug
