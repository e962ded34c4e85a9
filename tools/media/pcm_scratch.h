// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The music on disk while it is being made, so that memory does not grow with the film: interleaved stereo float,
/// 44.1 kHz. The file has no name (unlinked at once), so not even a killed process leaves it behind. Control thread.
#include <photoplayer/stream/result.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace photoplayer::tools {

inline constexpr int kChannels = 2;
inline constexpr int kSampleRate_hz = 44100;

class PcmScratch {
 public:
  /// In the folder of the result: that disk is known to be meant for large files, /tmp may be memory.
  [[nodiscard]] static Result<PcmScratch> create(const std::filesystem::path& folder);

  PcmScratch(PcmScratch&& other) noexcept;
  PcmScratch& operator=(PcmScratch&& other) noexcept;
  PcmScratch(const PcmScratch&) = delete;
  PcmScratch& operator=(const PcmScratch&) = delete;
  ~PcmScratch();

  [[nodiscard]] std::uint64_t frames() const noexcept { return frames_; }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }  ///< for fdsrc; shared file position
  [[nodiscard]] Result<void> append(std::span<const float> interleaved);
  /// `first_frame` plus what `out` or `in` holds must lie inside.
  [[nodiscard]] Result<void> read(std::uint64_t first_frame, std::span<float> out) const;
  [[nodiscard]] Result<void> overwrite(std::uint64_t first_frame, std::span<const float> in);
  /// For fdsrc: moves the shared file position to the beginning and lets the file end in this much silence.
  [[nodiscard]] Result<void> rewind(std::uint64_t silence_after_frames) const;

 private:
  PcmScratch(std::filesystem::path folder, int descriptor);
  [[nodiscard]] Result<void> put(std::uint64_t first_frame, std::span<const float> in);
  std::filesystem::path folder_;
  int descriptor_ = -1;
  std::uint64_t frames_ = 0;
};

}  // namespace photoplayer::tools
