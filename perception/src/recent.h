// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The last N values, oldest first; a full one forgets the oldest. For the video thread, which may not allocate.
#include <array>
#include <cstddef>

namespace photoplayer::perception::detail {

template <typename Value, std::size_t kCapacity>
class Recent {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  [[nodiscard]] const Value& operator[](std::size_t i) const noexcept { return values_[(first_ + i) % kCapacity]; }
  [[nodiscard]] const Value& front() const noexcept { return (*this)[0]; }
  [[nodiscard]] const Value& back() const noexcept { return (*this)[count_ - 1]; }
  [[nodiscard]] Value& back() noexcept { return values_[(first_ + count_ - 1) % kCapacity]; }
  void clear() noexcept { count_ = 0; }
  void pop_front() noexcept {
    first_ = (first_ + 1) % kCapacity;
    --count_;
  }
  /// True if the oldest had to go.
  bool push(const Value& value) noexcept {
    const bool full = count_ == kCapacity;
    if (full) pop_front();
    values_[(first_ + count_) % kCapacity] = value;
    ++count_;
    return full;
  }

 private:
  std::array<Value, kCapacity> values_{};
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace photoplayer::perception::detail
