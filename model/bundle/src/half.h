// SPDX-License-Identifier: Apache-2.0
#pragma once
/// IEEE half and bfloat16 as bit patterns. Plain integer code: the same on every machine, and fast enough for
/// loading (about a nanosecond a number). Every half value is tested in tests/unit/bundle/half_test.cpp.
#include <cstdint>

namespace photoplayer::model::detail {

[[nodiscard]] float float_from_half(std::uint16_t bits) noexcept;
[[nodiscard]] float float_from_bfloat16(std::uint16_t bits) noexcept;
/// Rounds to nearest, ties to even; too large becomes infinity.
[[nodiscard]] std::uint16_t half_from_float(float value) noexcept;
[[nodiscard]] std::uint16_t bfloat16_from_float(float value) noexcept;

}  // namespace photoplayer::model::detail
