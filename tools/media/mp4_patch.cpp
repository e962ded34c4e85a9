// SPDX-License-Identifier: Apache-2.0
#include "media/mp4_patch.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace photoplayer::tools {
namespace {

constexpr std::uint64_t kLargestMoov_bytes = 1U << 30U;
constexpr std::uint32_t kEmptyEdit = 0xffffffffU;

tl::unexpected<Error> odd(const std::string& what) {
  return fail(ErrorCode::kInternal, "the MP4 that was written has " + what);
}

/// The moov box in memory; all positions are offsets into it and are checked before use.
class Moov {
 public:
  struct Range {
    std::size_t begin = 0, end = 0;  // of a box's content
  };

  explicit Moov(std::vector<unsigned char> bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] Range all() const { return {0, bytes_.size()}; }
  [[nodiscard]] const std::vector<unsigned char>& bytes() const { return bytes_; }

  [[nodiscard]] std::vector<Range> children(Range parent, std::string_view type) const {
    std::vector<Range> found;
    for (std::size_t at = parent.begin; at + 8 <= parent.end;) {
      const std::uint32_t size = u32(at);
      if (size < 8 || size > parent.end - at) break;
      if (std::equal(type.begin(), type.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(at + 4))) {
        found.push_back({at + 8, at + size});
      }
      at += size;
    }
    return found;
  }
  [[nodiscard]] std::optional<Range> child(std::optional<Range> parent, std::string_view type) const {
    if (!parent) return std::nullopt;
    const auto found = children(*parent, type);
    return found.empty() ? std::nullopt : std::optional(found.front());
  }
  [[nodiscard]] bool holds(Range range, std::size_t bytes) const { return range.end - range.begin >= bytes; }
  [[nodiscard]] std::uint32_t u32(std::size_t at) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = (value << 8U) | bytes_[at + i];
    return value;
  }
  void set_u32(std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) bytes_[at + i] = static_cast<unsigned char>(value >> (24 - 8 * i));
  }

 private:
  std::vector<unsigned char> bytes_;
};

struct MoovPlace {
  std::uint64_t content_at = 0, content_bytes = 0;
};

std::optional<MoovPlace> find_moov(std::fstream& file) {
  std::uint64_t at = 0;
  while (true) {
    std::array<unsigned char, 16> head{};
    file.seekg(static_cast<std::streamoff>(at));
    if (!file.read(reinterpret_cast<char*>(head.data()), 8)) return std::nullopt;
    const auto number = [&](std::size_t from, std::size_t count) {
      std::uint64_t value = 0;
      for (std::size_t i = 0; i < count; ++i) value = (value << 8U) | head[from + i];
      return value;
    };
    std::uint64_t size = number(0, 4), header = 8;
    if (size == 1) {  // 64-bit size, as mdat has it
      if (!file.read(reinterpret_cast<char*>(head.data() + 8), 8)) return std::nullopt;
      size = number(8, 8);
      header = 16;
    }
    if (size < header) return std::nullopt;
    if (std::string_view(reinterpret_cast<char*>(head.data() + 4), 4) == "moov") {
      return MoovPlace{at + header, size - header};
    }
    at += size;
  }
}

/// Version 0 of a box is what the muxer writes for films under 2³² ticks (a month at its time scale).
Result<void> set_edit(Moov& moov, Moov::Range track, std::uint32_t movie_scale, const EncoderTrim& trim) {
  const auto media = moov.child(track, "mdia");
  const auto media_header = moov.child(media, "mdhd");
  const auto edits = moov.child(moov.child(track, "edts"), "elst");
  const auto track_header = moov.child(track, "tkhd");
  if (!media_header || !edits || !track_header || !moov.holds(*media_header, 16) || !moov.holds(*edits, 8) ||
      !moov.holds(*track_header, 24)) {
    return odd("a sound track without an edit list");
  }
  if (moov.u32(media_header->begin) >> 24U != 0 || moov.u32(edits->begin) >> 24U != 0 ||
      moov.u32(track_header->begin) >> 24U != 0) {
    return odd("64-bit times");
  }
  const std::uint32_t media_scale = moov.u32(media_header->begin + 12);
  const auto scaled = [&](std::uint64_t frames, std::uint32_t scale) {
    return static_cast<std::uint32_t>((frames * scale + trim.sample_rate_hz / 2) / trim.sample_rate_hz);
  };
  const std::uint32_t count = moov.u32(edits->begin + 4);
  std::uint32_t total = 0;
  bool set = false;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t entry = edits->begin + 8 + 12 * static_cast<std::size_t>(i);
    if (entry + 12 > edits->end) return odd("a short edit list");
    if (moov.u32(entry + 4) != kEmptyEdit && !set) {
      moov.set_u32(entry, scaled(trim.length_frames, movie_scale));
      moov.set_u32(entry + 4, scaled(trim.delay_frames, media_scale));
      set = true;
    }
    total += moov.u32(entry);
  }
  if (!set) return odd("an empty edit list");
  moov.set_u32(track_header->begin + 20, total);
  return {};
}

constexpr std::uint32_t kSoundHandler = 0x736f756eU;    // 'soun'
constexpr std::uint32_t kPictureHandler = 0x76696465U;  // 'vide'

std::optional<Moov::Range> first_track(const Moov& moov, std::uint32_t handler_type) {
  for (const Moov::Range track : moov.children(moov.all(), "trak")) {
    const auto handler = moov.child(moov.child(track, "mdia"), "hdlr");
    if (handler && moov.holds(*handler, 12) && moov.u32(handler->begin + 8) == handler_type) return track;
  }
  return std::nullopt;
}

Result<void> trim_sound(Moov& moov, const EncoderTrim& trim) {
  const auto movie_header = moov.child(moov.all(), "mvhd");
  if (!movie_header || !moov.holds(*movie_header, 20) || moov.u32(movie_header->begin) >> 24U != 0) {
    return odd("no usable header");
  }
  const auto track = first_track(moov, kSoundHandler);
  if (!track) return odd("no sound track");
  if (auto done = set_edit(moov, *track, moov.u32(movie_header->begin + 12), trim); !done) return done;
  std::uint32_t longest = 0;
  for (const Moov::Range each : moov.children(moov.all(), "trak")) {
    const auto header = moov.child(each, "tkhd");
    if (header && moov.holds(*header, 24)) longest = std::max(longest, moov.u32(header->begin + 20));
  }
  moov.set_u32(movie_header->begin + 16, longest);
  return {};
}

Result<void> set_picture_size(Moov& moov, PictureSize size) {
  constexpr std::size_t kWidthInHeader = 76;  // of a version 0 tkhd: width and height, 16.16 each
  constexpr std::size_t kWidthInEntry =
      40;  // of stsd: its own 8, the sample entry's 32; width and height, 16 bits each
  const auto track = first_track(moov, kPictureHandler);
  if (!track) return odd("no picture track");
  const auto header = moov.child(track, "tkhd");
  const auto entries = moov.child(moov.child(moov.child(moov.child(track, "mdia"), "minf"), "stbl"), "stsd");
  if (!header || !entries || !moov.holds(*header, kWidthInHeader + 8) || !moov.holds(*entries, kWidthInEntry + 4)) {
    return odd("a picture track without a size");
  }
  moov.set_u32(header->begin + kWidthInHeader, static_cast<std::uint32_t>(size.width) << 16U);
  moov.set_u32(header->begin + kWidthInHeader + 4, static_cast<std::uint32_t>(size.height) << 16U);
  moov.set_u32(entries->begin + kWidthInEntry, (static_cast<std::uint32_t>(size.width) << 16U) | size.height);
  return {};
}

/// The matrix (a b 0, c d 0, x y 1) moves what it has turned back to the origin.
Result<void> turn_picture(Moov& moov, int quarter_turns) {
  constexpr std::size_t kMatrix = 40, kWidth = 76;  // in a version 0 tkhd; 16.16 each
  constexpr std::uint32_t kOne = 0x10000U, kMinusOne = 0xffff0000U, kLastOne = 0x40000000U;
  const auto track = first_track(moov, kPictureHandler);
  const auto header = moov.child(track, "tkhd");
  if (!header || !moov.holds(*header, kWidth + 8) || moov.u32(header->begin) >> 24U != 0) {
    return odd("a picture track without a size");
  }
  const std::uint32_t width = moov.u32(header->begin + kWidth), height = moov.u32(header->begin + kWidth + 4);
  using Matrix = std::array<std::uint32_t, 9>;
  const std::array<Matrix, 4> turns = {{{kOne, 0, 0, 0, kOne, 0, 0, 0, kLastOne},
                                        {0, kOne, 0, kMinusOne, 0, 0, height, 0, kLastOne},
                                        {kMinusOne, 0, 0, 0, kMinusOne, 0, width, height, kLastOne},
                                        {0, kMinusOne, 0, kOne, 0, 0, 0, width, kLastOne}}};
  const Matrix& matrix = turns.at(static_cast<std::size_t>(quarter_turns));
  for (std::size_t i = 0; i < matrix.size(); ++i) moov.set_u32(header->begin + kMatrix + 4 * i, matrix[i]);
  return {};
}

}  // namespace

Result<void> patch_mp4(const std::filesystem::path& mp4, const Mp4Patch& patch) {
  std::fstream file(mp4, std::ios::in | std::ios::out | std::ios::binary);
  const auto place = find_moov(file);
  if (!place || place->content_bytes > kLargestMoov_bytes) return odd("no table of contents");
  std::vector<unsigned char> bytes(static_cast<std::size_t>(place->content_bytes));
  file.clear();
  file.seekg(static_cast<std::streamoff>(place->content_at));
  if (!file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()))) {
    return odd("a cut-off table of contents");
  }
  Moov moov(std::move(bytes));
  if (auto done = trim_sound(moov, patch.trim); !done) return done;
  if (patch.picture) {
    if (auto done = set_picture_size(moov, *patch.picture); !done) return done;
  }
  if (patch.quarter_turns != 0) {
    if (auto done = turn_picture(moov, patch.quarter_turns); !done) return done;
  }
  file.seekp(static_cast<std::streamoff>(place->content_at));
  file.write(reinterpret_cast<const char*>(moov.bytes().data()), static_cast<std::streamsize>(moov.bytes().size()));
  file.close();
  if (!file) return fail(ErrorCode::kOutput, "cannot write '" + mp4.string() + "'");
  return {};
}

}  // namespace photoplayer::tools
