// SPDX-License-Identifier: Apache-2.0
#include "properties.h"

#include <photoplayer/stream/controls.h>

#include <algorithm>
#include <array>
#include <vector>

namespace photoplayer::gst {
namespace {

enum Property : unsigned {
  kBundle = 1,
  kSeed,
  kSteps,
  kGuidance,
  kStyle,
  kTempo,
  kKey,
  kValence,
  kArousal,
  kDensity,
  kIntensity,
  kFollow,
  kMode,
  kTail,
  kPostMessages,
  kStats,
};

constexpr int kAuto = -1;  ///< of the style enum and of numbers that cannot be negative
constexpr float kAutoMood = -2.0F;

GType style_type() {
  static const GType type = [] {
    // GLib keeps the array.
    static std::vector<GEnumValue> values;
    values.push_back({kAuto, "Follow the picture", "auto"});
    for (int i = 0; i < stream::kStyles; ++i) {
      const char* name = stream::kStyleNames[static_cast<std::size_t>(i)];
      values.push_back({i, name, name});
    }
    values.push_back({0, nullptr, nullptr});
    const GType made = g_enum_register_static("GstPhotoplayerStyle", values.data());
    gst_type_mark_as_plugin_api(made, static_cast<GstPluginAPIFlags>(0));
    return made;
  }();
  return type;
}

GType mode_type() {
  static const GType type = [] {
    static constexpr std::array<GEnumValue, 3> kValues = {{
        {static_cast<int>(stream::Mode::kAligned), "The picture waits for the music: accents land on cuts", "aligned"},
        {static_cast<int>(stream::Mode::kInstant), "Least latency: the music follows when it can", "instant"},
        {0, nullptr, nullptr},
    }};
    const GType made = g_enum_register_static("GstPhotoplayerMode", kValues.data());
    gst_type_mark_as_plugin_api(made, static_cast<GstPluginAPIFlags>(0));
    return made;
  }();
  return type;
}

constexpr auto kReady = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
constexpr auto kPlaying = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                   GST_PARAM_MUTABLE_PLAYING | GST_PARAM_CONTROLLABLE);
constexpr auto kPlayingOnly =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);

/// A number of which `unset` means "follow the picture".
void set_optional(std::optional<float>& target, const GValue* value, float unset) {
  const float number = g_value_get_float(value);
  if (number <= unset)
    target.reset();
  else
    target = unset < -1.0F ? std::max(-1.0F, number) : std::max(0.0F, number);
}

}  // namespace

void install_properties(GObjectClass* klass) {
  const auto install = [&](unsigned id, GParamSpec* spec) { g_object_class_install_property(klass, id, spec); };
  install(kBundle,
          g_param_spec_string("bundle", "Bundle", "Path of the model bundle (unset = the one that Photoplayer ships)",
                              nullptr, kReady));
  install(kSeed,
          g_param_spec_uint64("seed", "Seed", "Same film, seed and settings: same music (where upstream is not live)",
                              0, G_MAXUINT64, 1, kReady));
  install(kSteps,
          g_param_spec_int("steps", "Steps", "Diffusion steps per hop; more is slower (0 = what the bundle recommends)",
                           0, 1000, 0, kReady));
  install(kGuidance,
          g_param_spec_float("guidance", "Guidance",
                             "How strictly the music obeys its conditions, 1 = plain (0 = what the bundle recommends)",
                             0.0F, 20.0F, 0.0F, kReady));
  install(kStyle, g_param_spec_enum("style", "Style", "Instruments and manner", style_type(), kAuto, kPlaying));
  install(kTempo, g_param_spec_double("tempo", "Tempo", "Beats per minute, 50 to 180 (0 = follow the picture)", 0.0,
                                      180.0, 0.0, kPlaying));
  install(kKey, g_param_spec_string("key", "Key",
                                    "Such as C, F#, Bb, Am, 'D dorian', 'G mixolydian' (auto = follow the picture)",
                                    "auto", kPlayingOnly));
  install(kValence, g_param_spec_float("valence", "Valence", "-1 sad to 1 happy (-2 = follow the picture)", -2.0F, 1.0F,
                                       kAutoMood, kPlaying));
  install(kArousal, g_param_spec_float("arousal", "Arousal", "-1 calm to 1 excited (-2 = follow the picture)", -2.0F,
                                       1.0F, kAutoMood, kPlaying));
  install(kDensity, g_param_spec_float("density", "Density", "0 sparse to 1 busy (-1 = follow the picture)", -1.0F,
                                       1.0F, -1.0F, kPlaying));
  install(kIntensity, g_param_spec_float("intensity", "Intensity",
                                         "Loudness and number of layers, 0 bare to 1 full (-1 = follow the picture)",
                                         -1.0F, 1.0F, -1.0F, kPlaying));
  install(kFollow,
          g_param_spec_float("follow", "Follow", "How strongly the picture leads, 0 to 1", 0.0F, 1.0F, 1.0F, kPlaying));
  install(kMode, g_param_spec_enum("mode", "Mode", "Where the latency goes when upstream is live", mode_type(),
                                   static_cast<int>(stream::Mode::kAligned), kReady));
  install(kTail,
          g_param_spec_uint("tail", "Tail", "Music after the end of the video, in milliseconds", 0, 60000, 0, kReady));
  install(kPostMessages,
          g_param_spec_boolean("post-messages", "Post messages",
                               "Post photoplayer-beat, -accent, -ladder and -state on the bus", TRUE, kPlayingOnly));
  install(kStats,
          g_param_spec_boxed("stats", "Statistics",
                             "Counts since the start: pictures, samples, windows, tempo, visual events and those met, "
                             "underruns, the ladder's rungs, failures; live also latency, pace, queue and priority "
                             "(NULL in READY)",
                             GST_TYPE_STRUCTURE, static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
}

Change set_property(Settings& settings, unsigned id, const GValue* value) {
  stream::Controls& controls = settings.controls;
  switch (id) {
    case kBundle: {
      const char* path = g_value_get_string(value);
      settings.bundle = path != nullptr ? path : "";
      return Change::kNextTime;
    }
    case kSeed:
      settings.seed = g_value_get_uint64(value);
      return Change::kNextTime;
    case kSteps: {
      const int steps = g_value_get_int(value);
      settings.steps = steps > 0 ? std::optional(steps) : std::nullopt;
      return Change::kNextTime;
    }
    case kGuidance: {
      const float guidance = g_value_get_float(value);
      settings.guidance = guidance > 0.0F ? std::optional(guidance) : std::nullopt;
      return Change::kNextTime;
    }
    case kStyle: {
      const int style = g_value_get_enum(value);
      controls.style = style >= 0 ? std::optional(style) : std::nullopt;
      return Change::kControls;
    }
    case kTempo: {
      const double tempo = g_value_get_double(value);
      controls.tempo_bpm = tempo > 0.0 ? std::optional(std::clamp(tempo, 50.0, 180.0)) : std::nullopt;
      return Change::kControls;
    }
    case kKey: {
      const char* text = g_value_get_string(value);
      if (!parse_key(text != nullptr ? text : "", controls)) return Change::kBadKey;
      settings.key = text != nullptr && *text != '\0' ? text : "auto";
      return Change::kControls;
    }
    case kValence:
      set_optional(controls.valence, value, -1.5F);
      return Change::kControls;
    case kArousal:
      set_optional(controls.arousal, value, -1.5F);
      return Change::kControls;
    case kDensity:
      set_optional(controls.density, value, -0.5F);
      return Change::kControls;
    case kIntensity:
      set_optional(controls.intensity, value, -0.5F);
      return Change::kControls;
    case kFollow:
      controls.follow = g_value_get_float(value);
      return Change::kControls;
    case kMode:
      settings.mode = static_cast<stream::Mode>(g_value_get_enum(value));
      return Change::kNextTime;
    case kTail:
      settings.tail_ms = g_value_get_uint(value);
      return Change::kNextTime;
    case kPostMessages:
      settings.post_messages = g_value_get_boolean(value) != FALSE;
      return Change::kStored;
    default:
      return Change::kUnknown;
  }
}

bool get_property(const Settings& settings, unsigned id, GValue* value) {
  const stream::Controls& controls = settings.controls;
  switch (id) {
    case kBundle:
      g_value_set_string(value, settings.bundle.empty() ? nullptr : settings.bundle.c_str());
      return true;
    case kSeed:
      g_value_set_uint64(value, settings.seed);
      return true;
    case kSteps:
      g_value_set_int(value, settings.steps.value_or(0));
      return true;
    case kGuidance:
      g_value_set_float(value, settings.guidance.value_or(0.0F));
      return true;
    case kStyle:
      g_value_set_enum(value, controls.style.value_or(kAuto));
      return true;
    case kTempo:
      g_value_set_double(value, controls.tempo_bpm.value_or(0.0));
      return true;
    case kKey:
      g_value_set_string(value, settings.key.c_str());
      return true;
    case kValence:
      g_value_set_float(value, controls.valence.value_or(kAutoMood));
      return true;
    case kArousal:
      g_value_set_float(value, controls.arousal.value_or(kAutoMood));
      return true;
    case kDensity:
      g_value_set_float(value, controls.density.value_or(-1.0F));
      return true;
    case kIntensity:
      g_value_set_float(value, controls.intensity.value_or(-1.0F));
      return true;
    case kFollow:
      g_value_set_float(value, controls.follow);
      return true;
    case kMode:
      g_value_set_enum(value, static_cast<int>(settings.mode));
      return true;
    case kTail:
      g_value_set_uint(value, settings.tail_ms);
      return true;
    case kPostMessages:
      g_value_set_boolean(value, settings.post_messages ? TRUE : FALSE);
      return true;
    default:
      return false;
  }
}

bool is_mode(unsigned id) {
  return id == kMode;
}

bool is_stats(unsigned id) {
  return id == kStats;
}

gchar** playing_properties() {
  static constexpr std::array<const char*, 9> kNames = {"style",   "tempo",     "key",    "valence", "arousal",
                                                        "density", "intensity", "follow", nullptr};
  return g_strdupv(const_cast<gchar**>(kNames.data()));
}

}  // namespace photoplayer::gst
