// SPDX-License-Identifier: Apache-2.0
#include "media/gst_support.h"

#include <gst/app/gstappsink.h>

namespace photoplayer::tools {
namespace {

void swallow_log(const gchar*, GLogLevelFlags, const gchar*, gpointer) {}

void let_run_dry(const GValue* item, gpointer) {
  GObject* element = static_cast<GObject*>(g_value_get_object(item));
  if (GST_IS_APP_SINK(element)) gst_app_sink_set_drop(GST_APP_SINK(element), TRUE);
}

}  // namespace

// A full appsink waits for its reader with its preroll lock held. One of GStreamer's own threads may be waiting for
// that lock with the pipeline's state lock held, and then set_state() would wait for ever: no reader will come.
// Our appsinks have wait-on-eos off, because that wait holds the lock, too, and nothing but a reader ends it.
void PipelineRelease::operator()(GstElement* pipeline) const {
  GstIterator* elements = gst_bin_iterate_elements(GST_BIN(pipeline));
  while (gst_iterator_foreach(elements, let_run_dry, nullptr) == GST_ITERATOR_RESYNC) gst_iterator_resync(elements);
  gst_iterator_free(elements);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
}

Result<void> start_gstreamer() {
  if (gst_is_initialized()) return {};
  if (g_getenv("G_MESSAGES_DEBUG") == nullptr) g_log_set_default_handler(swallow_log, nullptr);
  GError* error = nullptr;
  if (gst_init_check(nullptr, nullptr, &error) == 0) {
    const std::string reason = error != nullptr ? error->message : "unknown reason";
    g_clear_error(&error);
    return fail(ErrorCode::kInternal, "GStreamer does not start: " + on_one_line(reason));
  }
  return {};
}

Result<GstElement*> add_element(GstElement* pipeline, const char* factory) {
  GstElement* element = gst_element_factory_make(factory, nullptr);
  if (element == nullptr) {
    return fail(ErrorCode::kInternal,
                std::string("GStreamer's element '") + factory +
                    "' is missing; install gstreamer1.0-plugins-base, -good and gstreamer1.0-libav");
  }
  gst_bin_add(GST_BIN(pipeline), element);
  return element;
}

bool have_element(const char* factory) {
  GstElementFactory* found = gst_element_factory_find(factory);
  if (found != nullptr) gst_object_unref(found);
  return found != nullptr;
}

bool all_tasks_stopped(GstElement* pipeline) {
  GstIterator* elements = gst_bin_iterate_recurse(GST_BIN(pipeline));
  bool stopped = true;
  const GstIteratorResult walked = gst_iterator_foreach(
      elements,
      [](const GValue* item, gpointer result) {
        auto* element = GST_ELEMENT(g_value_get_object(item));
        GST_OBJECT_LOCK(element);
        for (const GList* pad = element->pads; pad != nullptr; pad = pad->next) {
          if (gst_pad_get_task_state(GST_PAD(pad->data)) == GST_TASK_STARTED) *static_cast<bool*>(result) = false;
        }
        GST_OBJECT_UNLOCK(element);
      },
      &stopped);
  gst_iterator_free(elements);
  return stopped && walked == GST_ITERATOR_DONE;  // else elements came or went meanwhile
}

std::string error_text(GstMessage* message) {
  GError* error = nullptr;
  gst_message_parse_error(message, &error, nullptr);
  std::string text = on_one_line(error->message);
  g_clear_error(&error);
  return text;
}

std::string error_source(GstMessage* message) {
  if (!GST_IS_ELEMENT(GST_MESSAGE_SRC(message))) return "";
  GstElementFactory* factory = gst_element_get_factory(GST_ELEMENT(GST_MESSAGE_SRC(message)));
  return factory != nullptr ? GST_OBJECT_NAME(factory) : "";
}

std::string caps_text(GstCaps* caps) {
  gchar* text = gst_caps_to_string(caps);
  std::string out = text;
  g_free(text);
  return out;
}

std::string stream_id(GstPad* pad) {
  gchar* id = gst_pad_get_stream_id(pad);
  if (id == nullptr && GST_IS_GHOST_PAD(pad)) {
    const GstOwner<GstPad> inner(gst_ghost_pad_get_target(GST_GHOST_PAD(pad)));
    if (inner != nullptr) id = gst_pad_get_stream_id(inner.get());
  }
  std::string text = id != nullptr ? id : "";
  g_free(id);
  return text;
}

std::string on_one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
  return text;
}

}  // namespace photoplayer::tools
