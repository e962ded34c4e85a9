// SPDX-License-Identifier: Apache-2.0
#include "pickle.h"

#include <algorithm>
#include <bit>
#include <string>
#include <unordered_map>

namespace photoplayer::model::detail {
namespace {

using Kind = PickleValue::Kind;

// A Lightning checkpoint of the whole model with its optimiser takes 0.3 million values in 2 MB.
constexpr std::size_t kMaxBytes = 64U << 20U;
constexpr std::size_t kMaxValues = 4'000'000;

class Machine {
 public:
  explicit Machine(std::span<const std::byte> bytes) : bytes_(bytes) {}

  Result<Pickle> run() {
    if (bytes_.size() > kMaxBytes) return bad("is larger than 64 MiB");
    while (fault_.empty()) {
      if (at_ >= bytes_.size()) return bad("ends too early");
      const auto opcode = std::to_integer<std::uint8_t>(bytes_[at_++]);
      if (opcode == '.') break;
      step(opcode);
      const std::size_t held = std::max({pickle_.values.size(), stack_.size(), marks_.size(), memo_.size()});
      if (held > kMaxValues) fault_ = "holds more than 4 million values";
    }
    pickle_.root = pop();
    if (!fault_.empty()) return bad(fault_);
    return std::move(pickle_);
  }

 private:
  [[nodiscard]] tl::unexpected<Error> bad(const std::string& what) const {
    return fail(ErrorCode::kBadInput, "its pickle " + what + " (byte " + std::to_string(at_) + ")");
  }

  void step(std::uint8_t opcode) {
    switch (opcode) {
      case 0x80:  // PROTO
        if (const auto version = number(1); version < 2 || version > 5) fault_ = "has an unknown protocol";
        return;
      case 0x95:  // FRAME
        take(8);
        return;
      case '(':
        marks_.push_back(stack_.size());
        return;
      case '0':
        pop();
        return;
      case '1':
        pop_mark();
        return;
      case '2': {
        const PickleId top = pop();
        push(top);
        push(top);
        return;
      }
      case 'N':
        push_new(Kind::kNone);
        return;
      case 0x88:
      case 0x89:
        push_new(Kind::kBool).integer = opcode == 0x88;
        return;
      case 'J':
        push_new(Kind::kInt).integer = static_cast<std::int32_t>(number(4));
        return;
      case 'K':
        push_new(Kind::kInt).integer = static_cast<std::int64_t>(number(1));
        return;
      case 'M':
        push_new(Kind::kInt).integer = static_cast<std::int64_t>(number(2));
        return;
      case 0x8a:
        push_long(number(1));
        return;
      case 0x8b:
        push_long(number(4));
        return;
      case 'G':
        push_float();
        return;
      case 'X':
        push_text(Kind::kText, number(4));
        return;
      case 0x8c:
        push_text(Kind::kText, number(1));
        return;
      case 0x8d:
        push_text(Kind::kText, number(8));
        return;
      case 'U':  // str of Python 2
        push_text(Kind::kText, number(1));
        return;
      case 'T':
        push_text(Kind::kText, number(4));
        return;
      case 'C':
        push_text(Kind::kOpaque, number(1));
        return;
      case 'B':
        push_text(Kind::kOpaque, number(4));
        return;
      case 0x8e:
      case 0x96:
        push_text(Kind::kOpaque, number(8));
        return;
      default:
        step_container(opcode);
    }
  }

  void step_container(std::uint8_t opcode) {
    switch (opcode) {
      case ')':
        push_new(Kind::kTuple);
        return;
      case 't':
        push_new(Kind::kTuple, pop_mark());
        return;
      case 0x85:
      case 0x86:
      case 0x87:
        push_new(Kind::kTuple, pop_last(opcode - 0x84U));
        return;
      case ']':
        push_new(Kind::kList);
        return;
      case 'l':
        push_new(Kind::kList, pop_mark());
        return;
      case '}':
        push_new(Kind::kDict);
        return;
      case 'd':
        push_new(Kind::kDict, pop_mark());
        return;
      case 'a':
        add(pop_last(1), Kind::kList);
        return;
      case 'e':
        add(pop_mark(), Kind::kList);
        return;
      case 's':
        add(pop_last(2), Kind::kDict);
        return;
      case 'u':
        add(pop_mark(), Kind::kDict);
        return;
      case 0x8f:  // EMPTY_SET
        push_new(Kind::kOpaque);
        return;
      case 0x90:  // ADDITEMS to a set
        pop_mark();
        return;
      case 0x91:  // FROZENSET
        pop_mark();
        push_new(Kind::kOpaque);
        return;
      default:
        step_reference(opcode);
    }
  }

  void step_reference(std::uint8_t opcode) {
    switch (opcode) {
      case 'q':
        memo_[number(1)] = top();
        return;
      case 'r':
        memo_[number(4)] = top();
        return;
      case 0x94:  // MEMOIZE
        memo_[memo_.size()] = top();
        return;
      case 'h':
        recall(number(1));
        return;
      case 'j':
        recall(number(4));
        return;
      case 'c': {
        const std::string_view module = line(), name = line();
        PickleValue& global = push_new(Kind::kGlobal);
        global.text = module;
        global.name = name;
        return;
      }
      case 0x93: {  // STACK_GLOBAL
        const auto names = pop_last(2);
        if (!fault_.empty()) return;
        PickleValue& global = push_new(Kind::kGlobal);
        global.text = pickle_.values[names[0]].text;
        global.name = pickle_.values[names[1]].text;
        return;
      }
      case 'R':
      case 0x81:  // NEWOBJ
        push_object(pop_last(2));
        return;
      case 0x92:  // NEWOBJ_EX: keyword arguments beside the others
        push_object(pop_last(3));
        return;
      case 'b': {
        const PickleId state = pop(), object = top();
        if (fault_.empty()) pickle_.values[object].state = state;
        return;
      }
      case 'Q':
        push_new(Kind::kPersistent, pop_last(1));
        return;
      default:
        fault_ = "holds the opcode " + std::to_string(opcode) + ", which torch does not write";
    }
  }

  std::span<const std::byte> take(std::uint64_t count) {
    if (count > bytes_.size() - at_) {
      fault_ = "ends too early";
      return {};
    }
    const auto taken = bytes_.subspan(at_, static_cast<std::size_t>(count));
    at_ += taken.size();
    return taken;
  }

  /// Little-endian, unsigned.
  std::uint64_t number(std::uint64_t width) {
    std::uint64_t value = 0, shift = 0;
    for (const std::byte byte : take(width)) {
      value |= std::to_integer<std::uint64_t>(byte) << shift;
      shift += 8;
    }
    return value;
  }

  std::string_view text(std::uint64_t length) {
    const auto taken = take(length);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }

  std::string_view line() {
    const std::string_view rest(reinterpret_cast<const char*>(bytes_.data() + at_), bytes_.size() - at_);
    const std::size_t length = rest.find('\n');
    if (length == std::string_view::npos) {
      fault_ = "ends too early";
      return {};
    }
    at_ += length + 1;
    return rest.substr(0, length);
  }

  PickleValue& push_new(Kind kind, std::vector<PickleId> items = {}) {
    push(static_cast<PickleId>(pickle_.values.size()));
    PickleValue& value = pickle_.values.emplace_back();
    value.kind = kind;
    value.items = std::move(items);
    if (kind == Kind::kDict && value.items.size() % 2 != 0) fault_ = "has a dictionary key without a value";
    return value;
  }

  void push_text(Kind kind, std::uint64_t length) {
    const std::string_view content = text(length);
    push_new(kind).text = content;
  }

  /// Two's complement of any length; past 64 bits it is nothing that a tensor needs.
  void push_long(std::uint64_t length) {
    const auto taken = take(length);
    if (taken.size() > 8) {
      push_new(Kind::kOpaque);
      return;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < taken.size(); ++i) value |= std::to_integer<std::uint64_t>(taken[i]) << (8 * i);
    const bool negative = !taken.empty() && (taken.back() & std::byte{0x80}) != std::byte{0};
    if (negative && taken.size() < 8) value |= ~std::uint64_t{0} << (8 * taken.size());
    push_new(Kind::kInt).integer = static_cast<std::int64_t>(value);
  }

  void push_float() {
    std::uint64_t bits = 0;
    for (const std::byte byte : take(8)) bits = (bits << 8U) | std::to_integer<std::uint64_t>(byte);  // big-endian
    push_new(Kind::kFloat).number = std::bit_cast<double>(bits);
  }

  void push_object(const std::vector<PickleId>& parts) {
    if (!fault_.empty()) return;
    PickleValue& object = push_new(Kind::kObject);
    object.callable = parts[0];
    object.arguments = parts[1];
  }

  /// Elements for a list or pairs for a dictionary; an object keeps pairs and forgets elements.
  void add(const std::vector<PickleId>& items, Kind to) {
    const PickleId owner = top();
    if (!fault_.empty()) return;
    if (to == Kind::kDict && items.size() % 2 != 0) {
      fault_ = "has a dictionary key without a value";
      return;
    }
    PickleValue& target = pickle_.values[owner];
    if (target.kind != to && !(target.kind == Kind::kObject && to == Kind::kDict)) return;
    target.items.insert(target.items.end(), items.begin(), items.end());
  }

  void push(PickleId id) { stack_.push_back(id); }

  void recall(std::uint64_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) {
      fault_ = "refers to a value that was never stored";
      return;
    }
    push(found->second);
  }

  /// Never below the last mark, as in Python.
  [[nodiscard]] bool holds(std::size_t count) {
    const std::size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() - floor >= count) return true;
    fault_ = "takes from an empty stack";
    return false;
  }

  PickleId top() {
    if (!holds(1)) return kNoPickle;
    return stack_.back();
  }

  PickleId pop() {
    if (!holds(1)) return kNoPickle;
    const PickleId id = stack_.back();
    stack_.pop_back();
    return id;
  }

  std::vector<PickleId> pop_last(std::size_t count) {
    if (!holds(count)) return {};
    const auto begin = stack_.end() - static_cast<std::ptrdiff_t>(count);
    std::vector<PickleId> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    return items;
  }

  std::vector<PickleId> pop_mark() {
    if (marks_.empty()) {
      fault_ = "has no mark where it needs one";
      return {};
    }
    const std::size_t from = marks_.back();
    marks_.pop_back();
    return pop_last(stack_.size() - from);
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  std::string fault_;
  Pickle pickle_;
  std::vector<PickleId> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, PickleId> memo_;
};

}  // namespace

Result<Pickle> read_pickle(std::span<const std::byte> bytes) {
  return Machine(bytes).run();
}

}  // namespace photoplayer::model::detail
