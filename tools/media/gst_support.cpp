// SPDX-License-Identifier: Apache-2.0
#include "media/gst_support.h"

namespace photoplayer::tools {
namespace {

void swallow_log(const gchar*, GLogLevelFlags, const gchar*, gpointer) {}

}  // namespace

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
    return fail(ErrorCode::kInternal, std::string("GStreamer's element '") + factory +
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
  const std::string text = on_one_line(error->message);
  g_clear_error(&error);
  return text;
}

std::string error_source(GstMessage* message) {
  if (!GST_IS_ELEMENT(GST_MESSAGE_SRC(message))) return "";
  GstElementFactory* factory = gst_element_get_factory(GST_ELEMENT(GST_MESSAGE_SRC(message)));
  return factory != nullptr ? GST_OBJECT_NAME(factory) : "";
}

std::string on_one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
  return text;
}

}  // namespace photoplayer::tools
