#include "bench/support/counted_new.hpp"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

thread_local std::size_t allocations = 0;
std::atomic<std::size_t> inUse = 0;

std::size_t sizeOf(void* memory) noexcept {
  return memory == nullptr ? 0 : malloc_usable_size(memory) + sizeof(std::size_t);
}

void release(void* memory) noexcept {
  inUse -= sizeOf(memory);
  std::free(memory);
}

void* allocate(std::size_t size) {
  ++allocations;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  inUse += sizeOf(memory);
  return memory;
}

void* allocate(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto unit = static_cast<std::size_t>(alignment);
  void* memory = std::aligned_alloc(unit, (size + unit - 1) / unit * unit);
  if (memory == nullptr) throw std::bad_alloc();
  inUse += sizeOf(memory);
  return memory;
}

}  // namespace

// The forms for arrays and those that do not throw call these.
void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, alignment);
}
void operator delete(void* memory) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  release(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  release(memory);
}

namespace messenger::bench {

std::size_t allocationsOfThisThread() noexcept {
  return allocations;
}

std::size_t bytesInUse() noexcept {
  return inUse;
}

}  // namespace messenger::bench
