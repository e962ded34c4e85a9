// SPDX-License-Identifier: Apache-2.0
// clang-format off
/**
 * SECTION:element-photoplayer
 *
 * Live music for live video: watches the video on its sink pad and plays music that goes with it on its source pad.
 *
 * |[
 * gst-launch-1.0 filesrc location=clip.mp4 ! decodebin ! videoconvert ! photoplayer ! audioconvert ! autoaudiosink
 * gst-launch-1.0 v4l2src ! videoconvert ! photoplayer mode=instant style=lofi ! audioconvert ! autoaudiosink
 * ]|
 */
// clang-format on
#include "gstphotoplayer.h"

#include "debug.h"
#include "properties.h"

#include <photoplayer/gst/element.h>

#include <gst/video/video.h>

#include <exception>
#include <mutex>
#include <new>

GST_DEBUG_CATEGORY(photoplayer_debug);
GST_DEBUG_CATEGORY(photoplayer_engine_debug);

using photoplayer::gst::Change;
using photoplayer::gst::Player;
using photoplayer::gst::Settings;

namespace {

GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(GST_VIDEO_FORMATS_ALL)));

GstStaticPadTemplate source_template = GST_STATIC_PAD_TEMPLATE(
    "src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS("audio/x-raw, format=(string)F32LE, layout=(string)interleaved, rate=(int)44100, "
                    "channels=(int)2, channel-mask=(bitmask)0x3"));

std::mutex factory_mutex;
photoplayer::gst::ModelFactory& shared_factory() {
  static photoplayer::gst::ModelFactory factory;
  return factory;
}

}  // namespace

static void gst_photoplayer_preset_init(GstPresetInterface* presets);
G_DEFINE_TYPE_WITH_CODE(GstPhotoplayer, gst_photoplayer, GST_TYPE_ELEMENT,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_PRESET, gst_photoplayer_preset_init))

namespace {

std::shared_ptr<Player> player_of(GstPhotoplayer* self) {
  GST_OBJECT_LOCK(self);
  std::shared_ptr<Player> player = *self->player;
  GST_OBJECT_UNLOCK(self);
  return player;
}

std::shared_ptr<Player> exchange_player(GstPhotoplayer* self, std::shared_ptr<Player> player) {
  GST_OBJECT_LOCK(self);
  std::swap(*self->player, player);
  GST_OBJECT_UNLOCK(self);
  return player;
}

Settings settings_of(GstPhotoplayer* self) {
  GST_OBJECT_LOCK(self);
  Settings settings = *self->settings;
  GST_OBJECT_UNLOCK(self);
  return settings;
}

/// Exceptions stop here: nothing may be thrown through GStreamer.
template <typename Answer, typename Call>
Answer guarded(gpointer element, Answer if_it_throws, const Call& call) {
  try {
    return call();
  } catch (const std::exception& error) {
    GST_ELEMENT_ERROR(element, LIBRARY, FAILED, ("%s", error.what()), (nullptr));
    return if_it_throws;
  }
}

// Pads.

GstFlowReturn chain(GstPad*, GstObject* parent, GstBuffer* buffer) {
  const std::shared_ptr<Player> player = player_of(GST_PHOTOPLAYER(parent));
  if (!player) {
    gst_buffer_unref(buffer);
    return GST_FLOW_FLUSHING;
  }
  return guarded(parent, GST_FLOW_ERROR, [&] { return player->chain(buffer); });
}

gboolean sink_event(GstPad* pad, GstObject* parent, GstEvent* event) {
  const std::shared_ptr<Player> player = player_of(GST_PHOTOPLAYER(parent));
  if (!player) return gst_pad_event_default(pad, parent, event);
  return guarded(parent, FALSE, [&] { return player->sink_event(event) ? TRUE : FALSE; });
}

gboolean sink_query(GstPad* pad, GstObject* parent, GstQuery* query) {
  if (GST_QUERY_TYPE(query) == GST_QUERY_ALLOCATION) {
    // Frames are mapped with their meta, so any stride will do.
    gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
    return TRUE;
  }
  if (GST_QUERY_IS_SERIALIZED(query)) {
    // The default asks the audio side, and so waits for the sound that is being pushed. No picture is kept
    // here, so there is nothing to drain.
    return GST_QUERY_TYPE(query) == GST_QUERY_DRAIN ? TRUE : FALSE;
  }
  return gst_pad_query_default(pad, parent, query);
}

gboolean source_event(GstPad* pad, GstObject* parent, GstEvent* event) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_QOS) {
    // How late the sound was is no reason for a decoder to drop pictures.
    gst_event_unref(event);
    return TRUE;
  }
  return gst_pad_event_default(pad, parent, event);
}

gboolean source_query(GstPad* pad, GstObject* parent, GstQuery* query) {
  return guarded(parent, FALSE, [&]() -> gboolean {
    const std::shared_ptr<Player> player = player_of(GST_PHOTOPLAYER(parent));
    if (player && GST_QUERY_TYPE(query) == GST_QUERY_LATENCY) return player->answer_latency(query) ? TRUE : FALSE;
    if (player && GST_QUERY_TYPE(query) == GST_QUERY_POSITION && player->answer_position(query)) return TRUE;
    return gst_pad_query_default(pad, parent, query);
  });
}

gboolean source_activate(GstPad*, GstObject* parent, GstPadMode mode, gboolean active) {
  if (mode != GST_PAD_MODE_PUSH) return FALSE;
  // The task starts with the first segment.
  return guarded(parent, FALSE, [&] {
    const std::shared_ptr<Player> player = player_of(GST_PHOTOPLAYER(parent));
    if (!active && player) player->stop_task();
    return TRUE;
  });
}

// States.

bool open_player(GstPhotoplayer* self) {
  photoplayer::gst::ModelFactory factory;
  {
    const std::lock_guard lock(factory_mutex);
    factory = shared_factory();
  }
  if (!factory) {
    GST_ELEMENT_ERROR(self, LIBRARY, INIT, ("This build has no model."),
                      ("It was configured without LibTorch; build it with PHOTOPLAYER_WITH_TORCH=ON."));
    return false;
  }
  const std::lock_guard lock(*self->handing_over);
  const Settings settings = settings_of(self);
  self->loader->begin({settings.bundle, settings.seed}, factory);
  exchange_player(self,
                  std::make_shared<Player>(GST_ELEMENT(self), self->sinkpad, self->srcpad, settings, *self->loader));
  return true;
}

/// Once the pads are inactive, or the player was never used.
void close_player(GstPhotoplayer* self) {
  // The video thread may have started the task after the source pad was deactivated.
  if (const std::shared_ptr<Player> player = player_of(self)) player->stop_task();
  exchange_player(self, nullptr);
}

GstStateChangeReturn change_state_unguarded(GstElement* element, GstStateChange transition) {
  GstPhotoplayer* self = GST_PHOTOPLAYER(element);
  std::shared_ptr<Player> player = player_of(self);
  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (!open_player(self)) return GST_STATE_CHANGE_FAILURE;
      break;
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      if (player) player->play();
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      if (player) player->request_stop();
      break;
    default:
      break;
  }
  GstStateChangeReturn result = GST_ELEMENT_CLASS(gst_photoplayer_parent_class)->change_state(element, transition);
  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (result == GST_STATE_CHANGE_FAILURE) close_player(self);
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      if (player) player->pause();
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      close_player(self);
      break;
    case GST_STATE_CHANGE_READY_TO_NULL:
      self->loader->end();
      break;
    default:
      break;
  }
  return result;
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange transition) {
  return guarded(element, GST_STATE_CHANGE_FAILURE, [&] { return change_state_unguarded(element, transition); });
}

gboolean set_clock(GstElement* element, GstClock* clock) {
  return guarded(element, FALSE, [&] {
    const gboolean taken = GST_ELEMENT_CLASS(gst_photoplayer_parent_class)->set_clock(element, clock);
    if (const std::shared_ptr<Player> player = player_of(GST_PHOTOPLAYER(element))) player->clock_changed();
    return taken;
  });
}

// Properties.

/// Sets one property here and in the player.
Change apply(GstPhotoplayer* self, guint id, const GValue* value) {
  const std::lock_guard lock(*self->handing_over);
  const std::shared_ptr<Player> player = player_of(self);
  if (player && photoplayer::gst::is_mode(id)) return Change::kTooLate;
  GST_OBJECT_LOCK(self);
  const Change change = photoplayer::gst::set_property(*self->settings, id, value);
  const Settings settings = *self->settings;
  GST_OBJECT_UNLOCK(self);
  if (player && change == Change::kControls) player->set_controls(settings.controls);
  if (player && change == Change::kStored) player->post_messages(settings.post_messages);
  if (player && change == Change::kNextTime)
    GST_WARNING_OBJECT(self, "this property counts from the next start on; set it in READY");
  return change;
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  GstPhotoplayer* self = GST_PHOTOPLAYER(object);
  switch (guarded(self, Change::kNone, [&] { return apply(self, id, value); })) {
    case Change::kTooLate:
      GST_ELEMENT_WARNING(self, LIBRARY, SETTINGS, ("The mode can only be changed in READY."),
                          ("A higher latency would put silence into the music."));
      return;
    case Change::kUnknown:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
      return;
    case Change::kBadKey:
      GST_ELEMENT_WARNING(self, LIBRARY, SETTINGS, ("'%s' is not a key; the old one stays.", g_value_get_string(value)),
                          ("Such as C, F#, Bb, Am, 'D dorian', 'G mixolydian', or auto."));
      return;
    case Change::kNone:
    case Change::kStored:
    case Change::kNextTime:
    case Change::kControls:
      return;
  }
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  if (photoplayer::gst::is_stats(id)) {
    const std::shared_ptr<Player> player = player_of(GST_PHOTOPLAYER(object));
    g_value_take_boxed(value, player ? player->stats() : nullptr);
    return;
  }
  const bool known = guarded(
      object, true, [&] { return photoplayer::gst::get_property(settings_of(GST_PHOTOPLAYER(object)), id, value); });
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

void finalize(GObject* object) {
  GstPhotoplayer* self = GST_PHOTOPLAYER(object);
  delete self->player;
  delete self->loader;
  delete self->settings;
  delete self->handing_over;
  G_OBJECT_CLASS(gst_photoplayer_parent_class)->finalize(object);
}

/// A preset is a manner of playing; it brings no other model, and changes nothing that needs READY.
gchar** preset_properties(GstPreset*) {
  return photoplayer::gst::playing_properties();
}

}  // namespace

static void gst_photoplayer_preset_init(GstPresetInterface* presets) {
  presets->get_property_names = preset_properties;
}

static void gst_photoplayer_class_init(GstPhotoplayerClass* klass) {
  GST_DEBUG_CATEGORY_INIT(photoplayer_debug, "photoplayer", 0, "music for video");
  GST_DEBUG_CATEGORY_INIT(photoplayer_engine_debug, "photoplayer-engine", 0, "what the music engine did");
  GObjectClass* object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  photoplayer::gst::install_properties(object_class);
  GstElementClass* element_class = GST_ELEMENT_CLASS(klass);
  element_class->change_state = change_state;
  element_class->set_clock = set_clock;
  gst_element_class_add_static_pad_template(element_class, &sink_template);
  gst_element_class_add_static_pad_template(element_class, &source_template);
  gst_element_class_set_static_metadata(element_class, "Photoplayer", "Generator/Audio/Video",
                                        "Plays music that goes with the video",
                                        "The Photoplayer authors <https://github.com/photoplayer/photoplayer>");
}

static void gst_photoplayer_init(GstPhotoplayer* self) {
  self->loader = new photoplayer::gst::ModelLoader(GST_ELEMENT(self));
  self->settings = new Settings;
  self->player = new std::shared_ptr<Player>;
  self->handing_over = new std::mutex;
  self->sinkpad = gst_pad_new_from_static_template(&sink_template, "sink");
  gst_pad_set_chain_function(self->sinkpad, GST_DEBUG_FUNCPTR(chain));
  gst_pad_set_event_function(self->sinkpad, GST_DEBUG_FUNCPTR(sink_event));
  gst_pad_set_query_function(self->sinkpad, GST_DEBUG_FUNCPTR(sink_query));
  GST_PAD_SET_ACCEPT_TEMPLATE(self->sinkpad);
  gst_element_add_pad(GST_ELEMENT(self), self->sinkpad);
  self->srcpad = gst_pad_new_from_static_template(&source_template, "src");
  gst_pad_set_event_function(self->srcpad, GST_DEBUG_FUNCPTR(source_event));
  gst_pad_set_query_function(self->srcpad, GST_DEBUG_FUNCPTR(source_query));
  gst_pad_set_activatemode_function(self->srcpad, GST_DEBUG_FUNCPTR(source_activate));
  gst_pad_use_fixed_caps(self->srcpad);
  gst_element_add_pad(GST_ELEMENT(self), self->srcpad);
}

namespace photoplayer::gst {

GType element_type() {
  return gst_photoplayer_get_type();
}

void use_model_factory(ModelFactory factory) {
  const std::lock_guard lock(factory_mutex);
  shared_factory() = std::move(factory);
}

bool register_element(GstPlugin* plugin) {
  return gst_element_register(plugin, "photoplayer", GST_RANK_NONE, element_type()) != FALSE;
}

}  // namespace photoplayer::gst
