// SPDX-License-Identifier: Apache-2.0
#include "clips.h"

#include "media/film_reader.h"

#include <gst/gst.h>
#include <gst/video/video.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace photoplayer::tools::test {

namespace {

void replace(std::string& text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  if (at != std::string::npos) text.replace(at, what.size(), by);
}

/// Of the visible bytes: what pads the rows is left as it was in memory.
std::uint64_t hash_of(GstSample* sample) {
  GstVideoInfo info;
  GstVideoFrame frame;
  if (gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) == 0 ||
      gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ) == 0) {
    throw std::runtime_error("map");
  }
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS(&frame); ++c) {
    for (int y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(&frame, c); ++y) {
      const auto* row = GST_VIDEO_FRAME_COMP_DATA(&frame, c) + y * GST_VIDEO_FRAME_COMP_STRIDE(&frame, c);
      const int step = GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, c);
      for (int x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH(&frame, c); ++x) hash = (hash ^ row[x * step]) * 1099511628211ULL;
    }
  }
  gst_video_frame_unmap(&frame);
  return hash;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "photoplayer-tools-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> TemporaryFolder::entries() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path_))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

void make_clip(const std::string& description, const std::filesystem::path& path) {
  if (!start_gstreamer()) throw std::runtime_error("no GStreamer");
  std::string line = description;
  // x264 reorders frames, as real films do; the other one is there for machines without it.
  replace(line, " h264 ",
          have_element("x264enc") ? " x264enc speed-preset=ultrafast b-adapt=false bframes=2 " : " openh264enc ");
  replace(line, "%s", path.string());
  GError* error = nullptr;
  const PipelineOwner pipeline(gst_parse_launch(line.c_str(), &error));
  if (error != nullptr) throw std::runtime_error(line + ": " + error->message);
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const GstOwner<GstBus> bus(gst_element_get_bus(pipeline.get()));
  const GstOwner<GstMessage> message(gst_bus_timed_pop_filtered(
      bus.get(), 60 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS)));
  if (message == nullptr) throw std::runtime_error(line + ": no end after a minute");
  if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR)
    throw std::runtime_error(line + ": " + error_text(message.get()));
}

void make_film(const std::filesystem::path& path, int frames) {
  const std::string sound_buffers = std::to_string(frames * 44100 / 25 / 441);
  make_clip("videotestsrc num-buffers=" + std::to_string(frames) +
                " ! video/x-raw,format=I420,width=160,height=90,framerate=25/1 ! h264 ! queue ! mux. "
                "audiotestsrc freq=880 volume=0.3 samplesperbuffer=441 num-buffers=" +
                sound_buffers +
                " ! audio/x-raw,rate=44100,channels=2 ! audioconvert ! avenc_aac ! queue ! mux. "
                "mp4mux name=mux ! filesink location=%s",
            path);
}

std::vector<Picture> pictures(const std::filesystem::path& film) {
  const std::atomic<bool> never{false};
  auto reader = FilmReader::open(film, never);
  if (!reader) throw std::runtime_error(reader.error().message);
  std::vector<Picture> list;
  while (true) {
    auto frame = (*reader)->next();
    if (!frame) throw std::runtime_error(frame.error().message);
    if (!*frame) return list;
    list.push_back({(*frame)->time_s, hash_of((*frame)->sample.get())});
  }
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace photoplayer::tools::test
