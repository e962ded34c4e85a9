// SPDX-License-Identifier: Apache-2.0
#include "media/mono_sound.h"

#include "media/pcm_scratch.h"

#include <gst/audio/audio.h>

#include <cmath>
#include <memory>
#include <string>

namespace photoplayer::tools {
namespace {

struct ConverterRelease {
  void operator()(GstAudioConverter* converter) const { gst_audio_converter_free(converter); }
};
using ConverterOwner = std::unique_ptr<GstAudioConverter, ConverterRelease>;

ConverterOwner make_converter(int rate_hz) {
  GstAudioInfo from, to;
  gst_audio_info_set_format(&from, GST_AUDIO_FORMAT_F32, kSampleRate_hz, kChannels, nullptr);
  gst_audio_info_set_format(&to, GST_AUDIO_FORMAT_F32, rate_hz, 1, nullptr);
  return ConverterOwner(gst_audio_converter_new(GST_AUDIO_CONVERTER_FLAG_NONE, &from, &to, nullptr));
}

}  // namespace

Result<std::vector<float>> mono_sound(std::span<const float> stereo, int rate_hz) {
  const ConverterOwner converter = make_converter(rate_hz);
  if (converter == nullptr)
    return fail(ErrorCode::kInternal, "GStreamer makes no converter to " + std::to_string(rate_hz) + " Hz");
  std::vector<float> padded(stereo.begin(), stereo.end());
  // Silence pushes the end out of the filter.
  padded.resize(stereo.size() + kChannels * gst_audio_converter_get_max_latency(converter.get()), 0.0F);
  const std::size_t frames = padded.size() / kChannels;
  std::vector<float> mono(gst_audio_converter_get_out_frames(converter.get(), frames));
  gpointer in[] = {padded.data()}, out[] = {mono.data()};
  if (gst_audio_converter_samples(converter.get(), GST_AUDIO_CONVERTER_FLAG_NONE, in, frames, out, mono.size()) == 0)
    return fail(ErrorCode::kInternal, "GStreamer does not convert sound to " + std::to_string(rate_hz) + " Hz");
  const double seconds = static_cast<double>(stereo.size() / kChannels) / kSampleRate_hz;
  mono.resize(static_cast<std::size_t>(std::lround(seconds * rate_hz)), 0.0F);
  return mono;
}

}  // namespace photoplayer::tools
