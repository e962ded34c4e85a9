// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the kernel knows about this process.
namespace photoplayer::tools {

/// Seconds since the process started, loading of its libraries included; to a hundredth.
[[nodiscard]] double process_age_s();
/// Largest resident memory so far, in MB (10⁶ bytes).
[[nodiscard]] double peak_rss_mb();

}  // namespace photoplayer::tools
