// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Reads a Python pickle without Python. The result is a graph of inert values: a GLOBAL is two strings, a REDUCE, a
/// NEWOBJ or a BUILD remembers what it was given. Nothing is looked up, imported, called or constructed, so a pickle
/// that would run code in Python is only data here. One pass, no recursion; memory stays proportional to the input.
/// Source of the opcodes: Python's pickletools, protocols 2 to 5 (the text opcodes of protocol 0 are refused).
#include <photoplayer/stream/result.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace photoplayer::model::detail {

using PickleId = std::uint32_t;  ///< index into Pickle::values
inline constexpr PickleId kNoPickle = ~PickleId{0};

struct PickleValue {
  enum class Kind : std::uint8_t {
    kNone,
    kBool,
    kInt,
    kFloat,
    kText,
    kTuple,
    kList,
    kDict,
    kGlobal,      ///< text.name: a class or a function that somebody would have to import
    kObject,      ///< what `callable(arguments)` would have made
    kPersistent,  ///< reference to something outside the pickle; items: its one id
    kOpaque,      ///< bytes, sets, integers past 64 bits
  };
  Kind kind = Kind::kNone;
  std::int64_t integer = 0;  ///< also of kBool
  double number = 0.0;
  std::string_view text;  ///< of kText; module of kGlobal. A view into the pickle
  std::string_view name;  ///< of kGlobal
  /// Tuple and list: the elements. Dict and object: key, value, key, value, …
  std::vector<PickleId> items;
  PickleId callable = kNoPickle, arguments = kNoPickle;  ///< of kObject
  PickleId state = kNoPickle;                            ///< what BUILD gave to an object
};

struct Pickle {
  std::vector<PickleValue> values;
  PickleId root = kNoPickle;
};

/// The views point into `bytes`. Fails with kBadInput and the reason alone.
[[nodiscard]] Result<Pickle> read_pickle(std::span<const std::byte> bytes);

}  // namespace photoplayer::model::detail
