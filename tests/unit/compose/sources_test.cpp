// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/composer.h>
#include <photoplayer/train/sources.h>

#include <vector>

#include "support/catch.h"

namespace photoplayer::train {
namespace {

TEST_CASE("sources are told apart by name, and titles are kept for the attribution", "[sources]") {
  ComposeSettings settings;
  settings.style = 3;
  const auto lofi = compose(settings).source;
  settings.style = 0;
  const std::vector<std::string> names = {
      lofi, "lc123.mid", "lc123.mid", "lc9.mid", "Melchior.mid", "lc of the Lake.mid", compose(settings).source, lofi};
  const Sources sources = count_sources(names);
  CHECK(sources.composed_pieces == 3);
  CHECK(sources.composed == std::map<std::string, int>{{"lofi", 2}, {"piano", 1}});
  CHECK(sources.lieder_segments == 3);
  CHECK(sources.lieder == std::set<std::string>{"lc123", "lc9"});
  CHECK(sources.free_music_segments == 2);
  CHECK(sources.free_music == std::set<std::string>{"Melchior", "lc of the Lake"});
}

}  // namespace
}  // namespace photoplayer::train
