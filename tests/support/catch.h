// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Hides whether Debian's Catch2 2 or a 3 is there.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
