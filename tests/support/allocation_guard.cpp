// SPDX-License-Identifier: Apache-2.0
#include "support/allocation_guard.h"

#include <cstdlib>
#include <new>

namespace {

thread_local bool guarded = false;
thread_local std::size_t touched = 0;

void count_touch() noexcept {
  if (guarded) ++touched;
}

void* allocate(std::size_t size) {
  count_touch();
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

void* allocate_aligned(std::size_t size, std::align_val_t alignment) {
  count_touch();
  const auto align = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(align, (size + align - 1) / align * align)) return memory;
  throw std::bad_alloc();
}

void release(void* memory) noexcept {
  count_touch();
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new[](std::size_t size) {
  return allocate(size);
}
// The sanitizers' own nothrow forms would not match our delete.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  count_touch();
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept {
  return operator new(size, tag);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  release(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  release(memory);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate_aligned(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate_aligned(size, alignment);
}
void operator delete(void* memory) noexcept {
  release(memory);
}
void operator delete[](void* memory) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  release(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  release(memory);
}

namespace photoplayer::test {

AllocationGuard::AllocationGuard() noexcept {
  touched = 0;
  guarded = true;
}
AllocationGuard::~AllocationGuard() {
  guarded = false;
}
std::size_t AllocationGuard::count() const noexcept {
  return touched;
}

}  // namespace photoplayer::test
