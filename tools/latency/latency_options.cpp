// SPDX-License-Identifier: Apache-2.0
#include "latency/latency_options.h"

#include <photoplayer/stream/window_planner.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <string_view>
#include <system_error>
#include <vector>

namespace photoplayer::tools {
namespace {

Result<void> check_range(const char* option, double value, double lowest, double highest) {
  if (value >= lowest && value <= highest) return {};
  char text[160];
  std::snprintf(text, sizeof text, "%s is %g; it must be from %g to %g", option, value, lowest, highest);
  return fail(ErrorCode::kUsage, text);
}

bool same_place(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code none;
  return std::filesystem::weakly_canonical(std::filesystem::absolute(a, none), none) ==
         std::filesystem::weakly_canonical(std::filesystem::absolute(b, none), none);
}

Result<void> check_names(const LatencyOptions& options) {
  std::vector<std::filesystem::path> names;
  for (const auto* name : {&options.input, &options.bundle, &options.json, &options.plot, &options.trace}) {
    if (name->empty()) continue;
    for (const auto& other : names) {
      if (!same_place(*name, other)) continue;
      return fail(ErrorCode::kUsage, "'" + name->string() +
                                         "' is named twice; --input, --bundle, --json, --plot and "
                                         "--trace need different files");
    }
    names.push_back(*name);
  }
  return {};
}

}  // namespace

Result<Slowdown> parse_slowdown(const std::string& text) {
  std::array<double, 3> numbers{};
  std::string_view rest = text;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::size_t colon = rest.find(':');
    const std::string_view word = rest.substr(0, colon);
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), numbers[i]);
    const bool whole = error == std::errc() && end == word.data() + word.size();
    if (!whole || (colon == std::string_view::npos) != (i + 1 == numbers.size())) {
      return fail(ErrorCode::kUsage, "--slowdown is '" + text +
                                         "'; write FACTOR:START:LENGTH, as in 3:5:2 for three times slower from second "
                                         "5 for 2 seconds");
    }
    if (colon != std::string_view::npos) rest.remove_prefix(colon + 1);
  }
  const Slowdown slowdown{numbers[0], numbers[1], numbers[2]};
  if (auto ok = check_range("the factor of --slowdown", slowdown.factor, 1.0, 100.0); !ok) {
    return tl::unexpected(ok.error());
  }
  if (auto ok = check_range("the start of --slowdown", slowdown.start_s, 0.0, 86400.0); !ok) {
    return tl::unexpected(ok.error());
  }
  if (auto ok = check_range("the length of --slowdown", slowdown.length_s, 0.0, 86400.0); !ok) {
    return tl::unexpected(ok.error());
  }
  return slowdown;
}

Result<void> check(const LatencyOptions& options) {
  if (auto ok = check_range("--seconds", options.seconds, 1.0, 86400.0); !ok) return ok;
  if (auto ok = check_range("--events", options.events, 0.0, 1000.0); !ok) return ok;
  if (options.tempo_bpm) {
    if (auto ok = check_range("--tempo", *options.tempo_bpm, stream::kMinTempo_bpm, stream::kMaxTempo_bpm); !ok)
      return ok;
  }
  if (options.slowdown && options.slowdown->start_s >= options.seconds) {
    char text[160];
    std::snprintf(text, sizeof text, "--slowdown begins at second %g, but the run is over at second %g",
                  options.slowdown->start_s, options.seconds);
    return fail(ErrorCode::kUsage, text);
  }
  return check_names(options);
}

}  // namespace photoplayer::tools
