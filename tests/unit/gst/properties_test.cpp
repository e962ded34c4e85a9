// SPDX-License-Identifier: Apache-2.0
#include "element_fixture.h"
#include "settings.h"
#include "support/catch.h"

using namespace photoplayer;
using namespace photoplayer::test;

TEST_CASE("key names: what musicians write, and nothing else", "[gst][unit]") {
  stream::Controls controls;
  REQUIRE(gst::parse_key("C", controls));
  CHECK(controls.key == 0);
  CHECK_FALSE(controls.scale);
  REQUIRE(gst::parse_key("F#", controls));
  CHECK(controls.key == 6);
  REQUIRE(gst::parse_key("Cb", controls));
  CHECK(controls.key == 11);
  REQUIRE(gst::parse_key("am", controls));
  CHECK(controls.key == 9);
  CHECK(controls.scale == stream::ScaleMode::kMinor);
  REQUIRE(gst::parse_key("Bb dorian", controls));
  CHECK(controls.key == 10);
  CHECK(controls.scale == stream::ScaleMode::kDorian);
  for (const char* bad : {"H", "C##", "C lydian", "1", "#"}) {
    INFO(bad);
    CHECK_FALSE(gst::parse_key(bad, controls));
    CHECK(controls.key == 10);
  }
  REQUIRE(gst::parse_key("auto", controls));
  CHECK_FALSE(controls.key);
  CHECK_FALSE(controls.scale);
}

TEST_CASE("properties: what is set is read, and unset means follow the picture", "[gst][unit]") {
  use_scripted_element();
  GstElement* element = gst_element_factory_make("photoplayer", nullptr);
  gint style = 99;
  gdouble tempo = 99.0;
  gfloat valence = 99.0F, density = 99.0F;
  g_object_get(element, "style", &style, "tempo", &tempo, "valence", &valence, "density", &density, nullptr);
  CHECK(style == -1);
  CHECK(tempo == 0.0);
  CHECK(valence == -2.0F);
  CHECK(density == -1.0F);

  gst_util_set_object_arg(G_OBJECT(element), "style", "lofi");
  g_object_set(element, "tempo", 30.0, "valence", -1.0F, "density", 0.0F, "key", "Am", "seed", guint64{5}, nullptr);
  gchar* key = nullptr;
  guint64 seed = 0;
  g_object_get(element, "style", &style, "tempo", &tempo, "valence", &valence, "density", &density, "key", &key, "seed",
               &seed, nullptr);
  CHECK(style == 3);
  CHECK(tempo == 50.0);  // the slowest that there is
  CHECK(valence == -1.0F);
  CHECK(density == 0.0F);
  CHECK(std::string(key) == "Am");
  CHECK(seed == 5);
  g_free(key);
  gst_object_unref(element);
}

TEST_CASE("properties: what is set while the model loads counts", "[gst]") {
  use_scripted_element();
  GstElement* element = GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("photoplayer", nullptr)));
  // Another thread would do so; here it is the one that loads.
  const Scripted setting(
      [element](const ScriptedParts&) { g_object_set(element, "tempo", 60.0, "post-messages", TRUE, nullptr); });
  g_object_set(element, "post-messages", FALSE, nullptr);
  const Harness harness(gst_harness_new_with_element(element, "sink", "src"));
  gst_object_unref(element);
  Bus bus(harness->element);
  gst_harness_set_live(harness.get(), FALSE);
  gst_harness_set_src_caps_str(harness.get(), kCaps25);
  push_film(harness.get(), 100);
  (void)finish(harness.get());
  std::vector<double> beats_s;
  for (const auto& message : bus.take(GST_MESSAGE_ELEMENT)) {
    const GstStructure* body = gst_message_get_structure(message.get());
    double time_s = 0.0;
    if (gst_structure_has_name(body, "photoplayer-beat") && gst_structure_get_double(body, "time", &time_s))
      beats_s.push_back(time_s);
  }
  REQUIRE(beats_s.size() >= 3);
  CHECK(beats_s[1] - beats_s[0] == Approx(1.0).epsilon(0.031));
}

TEST_CASE("properties: each has a blurb, and says when it may change", "[gst][unit]") {
  use_scripted_element();
  GstElement* element = gst_element_factory_make("photoplayer", nullptr);
  guint count = 0;
  GParamSpec** specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(element), &count);
  int own = 0;
  for (guint i = 0; i < count; ++i) {
    if (specs[i]->owner_type != gst::element_type()) continue;
    INFO(specs[i]->name);
    ++own;
    CHECK(std::string(g_param_spec_get_blurb(specs[i])).size() > 10);
    if ((specs[i]->flags & G_PARAM_WRITABLE) != 0)
      CHECK((specs[i]->flags & (GST_PARAM_MUTABLE_READY | GST_PARAM_MUTABLE_PLAYING)) != 0);
  }
  CHECK(own == 16);
  g_free(specs);
  gst_object_unref(element);
}
