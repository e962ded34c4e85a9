// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Short films and things that are none, made by GStreamer where they are needed.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace photoplayer::tools::test {

class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Names in it, hidden ones too, sorted.
  [[nodiscard]] std::vector<std::string> entries() const;

 private:
  std::filesystem::path path_;
};

/// Runs a gst-launch description to its end; "%s" is replaced by `path`, "h264" by an encoder. Throws on an error.
void make_clip(const std::string& description, const std::filesystem::path& path);

/// 3 s at 25 fps, 160 × 90, H.264 picture and an AAC tone of 880 Hz, in MP4.
void make_film(const std::filesystem::path& path, int frames = 75);

struct Picture {
  double time_s = 0.0;
  std::uint64_t hash = 0;  ///< of the decoded frame's bytes
};
/// Every decoded frame of a film.
[[nodiscard]] std::vector<Picture> pictures(const std::filesystem::path& film);

[[nodiscard]] std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& bytes);

}  // namespace photoplayer::tools::test
