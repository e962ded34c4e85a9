// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The GObject side of the element: pads, properties, state changes. Everything else is in Player.
#include "model_loader.h"
#include "player.h"
#include "settings.h"

#include <gst/gst.h>

#include <memory>
#include <mutex>

G_BEGIN_DECLS

#define GST_TYPE_PHOTOPLAYER (gst_photoplayer_get_type())
G_DECLARE_FINAL_TYPE(GstPhotoplayer, gst_photoplayer, GST, PHOTOPLAYER, GstElement)

G_END_DECLS

struct _GstPhotoplayer {
  GstElement parent;
  GstPad* sinkpad;
  GstPad* srcpad;
  photoplayer::gst::ModelLoader* loader;
  photoplayer::gst::Settings* settings;               ///< under the object lock
  std::shared_ptr<photoplayer::gst::Player>* player;  ///< likewise; set from READY→PAUSED to PAUSED→READY
  /// Held, outside the object lock, while settings go from here to the player: of two setters the later wins
  /// in both places, and none is lost while a player is made.
  std::mutex* handing_over;
};
