// SPDX-License-Identifier: Apache-2.0
#include "sound_decoder.h"

#include <photoplayer/network/oobleck_stream.h>

#include <exception>
#include <string>
#include <utility>

namespace photoplayer::model {
namespace {

class OobleckSoundDecoder final : public stream::SoundDecoder {
 public:
  explicit OobleckSoundDecoder(const network::OobleckDecoder& decoder) : stream_(decoder) {}

  int context_rows() const override { return static_cast<int>(stream_.context()); }
  int look_ahead_rows() const override { return static_cast<int>(stream_.look_ahead()); }

  Result<stream::DecodedSound> decode(const stream::LatentTape& tape, std::int64_t first_row) override {
    try {
      if (first_row != stream_.next_row()) stream_.skip_to(first_row);
      auto frames = stream_.advance(tape);
      if (!frames) return tl::unexpected(frames.error());
      return stream::DecodedSound{std::move(*frames), stream_.foreseen()};
    } catch (const std::exception& error) {
      return fail(ErrorCode::kInternal, std::string("the decoder failed: ") + error.what());
    }
  }
  void reset() override { stream_.reset(); }

 private:
  network::OobleckStream stream_;
};

}  // namespace

std::unique_ptr<stream::SoundDecoder> make_sound_decoder(network::OobleckDecoder decoder) {
  return std::make_unique<OobleckSoundDecoder>(decoder);
}

}  // namespace photoplayer::model
