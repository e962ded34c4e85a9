// SPDX-License-Identifier: Apache-2.0
/// The model loads beside the state changes.
#include "element_fixture.h"
#include "support/catch.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace photoplayer;
using namespace photoplayer::test;

namespace {

/// Loading waits here until it is opened.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++came_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void wait_for(int came) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return came_ >= came; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  [[nodiscard]] int came() {
    const std::lock_guard lock(mutex_);
    return came_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int came_ = 0;
};

struct Slow {
  Gate gate;
  Scripted script{[this](const ScriptedParts&) { gate.pass(); }};
};

std::vector<GstProgressType> progress(Bus& bus) {
  std::vector<GstProgressType> types;
  for (const auto& message : bus.take(GST_MESSAGE_PROGRESS)) {
    GstProgressType type = GST_PROGRESS_TYPE_ERROR;
    gchar* code = nullptr;
    gst_message_parse_progress(message.get(), &type, &code, nullptr);
    CHECK(std::string(code) == "load-model");
    g_free(code);
    types.push_back(type);
  }
  return types;
}

struct Element {
  GstElement* element;
  std::unique_ptr<Bus> bus;
  Element() {
    use_scripted_element();
    element = GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("photoplayer", nullptr)));
    bus = std::make_unique<Bus>(element);
  }
  ~Element() {
    gst_element_set_state(element, GST_STATE_NULL);
    bus.reset();
    gst_object_unref(element);
  }
};

}  // namespace

TEST_CASE("loading: no state change waits for it, and PROGRESS messages tell of it", "[gst]") {
  Slow slow;
  const Element one;
  CHECK(gst_element_set_state(one.element, GST_STATE_PAUSED) == GST_STATE_CHANGE_SUCCESS);  // the gate is shut
  slow.gate.wait_for(1);
  CHECK(progress(*one.bus) == std::vector{GST_PROGRESS_TYPE_START});
  CHECK(gst_element_set_state(one.element, GST_STATE_READY) == GST_STATE_CHANGE_SUCCESS);
  slow.gate.open();
  // What was loaded and not used serves the next start.
  CHECK(gst_element_set_state(one.element, GST_STATE_PAUSED) == GST_STATE_CHANGE_SUCCESS);
  CHECK(gst_element_set_state(one.element, GST_STATE_NULL) == GST_STATE_CHANGE_SUCCESS);
  CHECK(slow.gate.came() == 1);
  CHECK(progress(*one.bus) == std::vector{GST_PROGRESS_TYPE_COMPLETE});
}

TEST_CASE("loading: another bundle or seed is loaded anew", "[gst]") {
  Slow slow;
  slow.gate.open();
  const Element one;
  gst_element_set_state(one.element, GST_STATE_PAUSED);
  gst_element_set_state(one.element, GST_STATE_READY);
  g_object_set(one.element, "seed", guint64{9}, nullptr);
  gst_element_set_state(one.element, GST_STATE_PAUSED);
  slow.gate.wait_for(2);
  CHECK(slow.gate.came() == 2);
}

TEST_CASE("loading: the film waits for it and loses nothing", "[gst]") {
  Slow slow;
  const Harness harness = make_harness();
  gst_harness_set_live(harness.get(), FALSE);
  gst_harness_set_src_caps_str(harness.get(), kCaps25);
  std::thread video([&harness] { push_film(harness.get(), 50); });
  slow.gate.wait_for(1);
  g_usleep(20000);
  slow.gate.open();
  video.join();
  CHECK(finish(harness.get()).frames() == 88200);
}

TEST_CASE("loading: a flush and a stop get through to who waits for it", "[gst]") {
  for (const bool flush : {true, false}) {
    INFO(flush);
    Slow slow;
    const Harness harness = make_harness();
    gst_harness_set_live(harness.get(), FALSE);
    gst_harness_set_src_caps_str(harness.get(), kCaps25);
    std::atomic<int> flow{GST_FLOW_OK};
    std::thread video([&] { flow = gst_harness_push(harness.get(), make_frame(harness.get(), 0, GST_SECOND, 90)); });
    slow.gate.wait_for(1);
    g_usleep(20000);
    if (flush)
      gst_harness_push_event(harness.get(), gst_event_new_flush_start());
    else
      gst_element_set_state(harness->element, GST_STATE_READY);
    video.join();  // while the gate is shut
    CHECK(flow == GST_FLOW_FLUSHING);
    slow.gate.open();
    if (!flush) continue;
    gst_harness_push_event(harness.get(), gst_event_new_flush_stop(TRUE));
    begin_stream(harness.get(), "upstream");
    push_film(harness.get(), 50);
    CHECK(finish(harness.get()).frames() == 88200);
  }
}

TEST_CASE("loading: a live LATENCY query waits, because only the model knows; a stop ends that", "[gst]") {
  for (const bool stop : {true, false}) {
    INFO(stop);
    Slow slow;
    const Harness harness = make_harness("mode=instant");
    std::atomic<bool> answered{false};
    GstClockTime least = 0;
    std::thread asking([&] {
      GstQuery* query = gst_query_new_latency();
      answered = gst_pad_peer_query(harness->sinkpad, query) != FALSE;
      gst_query_parse_latency(query, nullptr, &least, nullptr);
      gst_query_unref(query);
    });
    slow.gate.wait_for(1);
    g_usleep(20000);
    CHECK_FALSE(answered);
    if (stop)
      gst_element_set_state(harness->element, GST_STATE_READY);
    else
      slow.gate.open();
    asking.join();
    slow.gate.open();
    CHECK(answered != stop);
    if (!stop) CHECK(least == 60 * GST_MSECOND);
  }
}

TEST_CASE("loading: live, the video thread does not wait", "[gst]") {
  Slow slow;
  const Harness harness = make_harness("mode=instant");
  gst_harness_use_testclock(harness.get());
  gst_harness_set_src_caps_str(harness.get(), kCaps25);
  push_film(harness.get(), 50);  // with the gate shut
  slow.gate.open();
}

TEST_CASE("loading: what fails is an error, told once, and the stream ends", "[gst]") {
  const Scripted broken([](const ScriptedParts&) { throw std::runtime_error("scripted throw"); });
  const Harness harness = make_harness();
  Bus bus(harness->element);
  gst_harness_set_live(harness.get(), FALSE);
  gst_harness_set_src_caps_str(harness.get(), kCaps25);
  CHECK(gst_harness_push(harness.get(), make_frame(harness.get(), 0, GST_SECOND, 90)) == GST_FLOW_ERROR);
  const auto errors = bus.take(GST_MESSAGE_ERROR);
  CHECK(errors.size() <= 1);  // it may have come before we listened
  CHECK_FALSE(gst_harness_push(harness.get(), make_frame(harness.get(), 0, GST_SECOND, 90)) == GST_FLOW_OK);
}
