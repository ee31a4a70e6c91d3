#pragma once
// What every file of this module uses: exports, and memory from the C library.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wasm_simd128.h>

#define UNROLL_EXPORT(name) extern "C" __attribute__((export_name(name)))
#define UNROLL_IMPORT(name) extern "C" __attribute__((import_module("host"), import_name(name)))

namespace unroll {

constexpr uint32_t codePoints = 0x110000;

/** realloc that traps when there is no room: JavaScript sees a WebAssembly.RuntimeError. */
template <typename T>
T* resized(T* block, size_t count) {
  void* larger = realloc(block, count * sizeof(T));
  if (larger == nullptr) __builtin_trap();
  return static_cast<T*>(larger);
}

/**
 * `count` values of zeros, in pages of their own for as long as the instance lives. Pages that are never touched cost nothing, so a
 * table may be large when only a part of it is used.
 */
template <typename T>
T* zeros(size_t count) {
  // The allocator takes for its own all the memory it finds when it is first used: that must be before there are these pages.
  static void* volatile allocated = malloc(1);
  if (allocated == nullptr) __builtin_trap();
  constexpr size_t page = 1 << 16;
  const size_t pagesBefore = __builtin_wasm_memory_grow(0, (count * sizeof(T) + page - 1) / page);
  if (pagesBefore == SIZE_MAX) __builtin_trap();
  return reinterpret_cast<T*>(pagesBefore * page);
}

template <typename T>
T load(const uint8_t* bytes) {
  T value;
  memcpy(&value, bytes, sizeof value);
  return value;
}

/** Bytes of a character by its first byte, for well-formed UTF-8. */
inline uint32_t sequenceLength(uint8_t lead) { return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4; }

inline uint32_t codePointAt(const uint8_t* at) {
  const uint32_t lead = at[0];
  if (lead < 0x80) return lead;
  if (lead < 0xe0) return (lead & 0x1f) << 6 | (at[1] & 0x3f);
  if (lead < 0xf0) return (lead & 0x0f) << 12 | (at[1] & 0x3f) << 6 | (at[2] & 0x3f);
  return (lead & 0x07) << 18 | (at[1] & 0x3f) << 12 | (at[2] & 0x3f) << 6 | (at[3] & 0x3f);
}

/** Which of 64 bytes satisfy a predicate over vectors of 16. */
template <typename Predicate>
inline uint64_t bitsOf(const uint8_t* at, Predicate holds) {
  uint64_t bits = 0;
  for (int i = 0; i < 4; i++) bits |= static_cast<uint64_t>(wasm_i8x16_bitmask(holds(wasm_v128_load(at + 16 * i)))) << (16 * i);
  return bits;
}

}  // namespace unroll
