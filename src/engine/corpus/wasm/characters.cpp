// Characters of well-formed UTF-8: counting them, and turning them into ids.
//
// Where a character ends is hard to foresee for a processor, so characters of one and two bytes are not looked for: what is looked up,
// without a branch, is which byte stands beside which. A byte below 80 is a character, and a byte C2 … DF with the byte after it is one,
// whatever stands around them.
#include <algorithm>

#include "memory.h"

using namespace unroll;

namespace {

/** By two bytes side by side, read as a little-endian number. */
constexpr uint32_t twoBytes = 1 << 16;
constexpr uint32_t block = 16;

struct Counts {
  double ofCodePoint[codePoints];
  /** The highest code point of more than two bytes. */
  uint32_t highest;
  // Counted since the last fold:
  /** Bytes with the byte after each. */
  uint32_t neighbours[twoBytes];
  /** ASCII taken two characters at a time: both count. Two tables in turn, since the same pair often comes again at once. */
  uint32_t twos[2][twoBytes];
  uint32_t unfolded;
};
/** Counters of 32 bits are added to those of 53 before they can overflow. */
constexpr uint32_t mostUnfolded = 1u << 31;
/** Two bytes hold code points below this. */
constexpr uint32_t beyondTwoBytes = 0x800;

struct Ids {
  int32_t ofCodePoint[codePoints];
  /** Of the character of one or two bytes that begins with the first of two bytes; -1 where none begins. */
  int32_t ofBytes[twoBytes];
};

// An instance counts or encodes, seldom both.
Counts* countsInUse = nullptr;
Ids* idsInUse = nullptr;

template <typename T>
T& inUse(T*& table) {
  if (table == nullptr) table = zeros<T>(1);
  return *table;
}

bool isAscii(const uint8_t* at) { return wasm_i8x16_bitmask(wasm_v128_load(at)) == 0; }

void countOne(Counts& counts, const uint8_t* at) {
  if (at[0] < 0xe0) {
    counts.neighbours[load<uint16_t>(at)]++;
  } else {
    const uint32_t codePoint = codePointAt(at);
    counts.ofCodePoint[codePoint]++;
    if (codePoint > counts.highest) counts.highest = codePoint;
  }
}

void fold(Counts& counts) {
  if (counts.unfolded == 0) return;
  counts.unfolded = 0;
  for (uint32_t two = 0; two < twoBytes; two++) {
    const uint32_t first = two & 0xff;
    const uint32_t second = two >> 8;
    const double pairs = static_cast<double>(counts.twos[0][two]) + counts.twos[1][two];
    counts.ofCodePoint[first] += pairs;
    counts.ofCodePoint[second] += pairs;
    if (first < 0x80) counts.ofCodePoint[first] += counts.neighbours[two];
    else if (first >= 0xc2) counts.ofCodePoint[(first & 0x1f) << 6 | (second & 0x3f)] += counts.neighbours[two];
  }
  memset(counts.neighbours, 0, sizeof counts.neighbours);
  memset(counts.twos, 0, sizeof counts.twos);
}

}  // namespace

/** Counts the characters that begin in `length` bytes (< 2^31), after which at least 4 more can be read. */
UNROLL_EXPORT("countCharacters") void countCharacters(const uint8_t* bytes, uint32_t length) {
  Counts& counts = inUse(countsInUse);
  if (counts.unfolded > mostUnfolded - length) fold(counts);
  counts.unfolded += length;
  uint32_t at = 0;
  for (; at + block <= length; at += block) {
    if (isAscii(bytes + at)) {
      for (uint32_t i = 0; i < block; i += 4) {
        counts.twos[0][load<uint16_t>(bytes + at + i)]++;
        counts.twos[1][load<uint16_t>(bytes + at + i + 2)]++;
      }
    } else {
      for (uint32_t i = 0; i < block; i++) countOne(counts, bytes + at + i);
    }
  }
  for (; at < length; at++) countOne(counts, bytes + at);
}

/** A double for each of the first `codePointsSeen` code points: how often each occurred. */
UNROLL_EXPORT("characterCounts") double* characterCounts() {
  Counts& counts = inUse(countsInUse);
  fold(counts);
  return counts.ofCodePoint;
}

/** Code points from this one on did not occur. */
UNROLL_EXPORT("codePointsSeen") uint32_t codePointsSeen() {
  return std::max(beyondTwoBytes, inUse(countsInUse).highest + 1);
}

/** Ids by code point, to be filled in before `codePointIdsAreSet`. Those of unknown characters are 0. */
UNROLL_EXPORT("codePointIds") int32_t* codePointIds() { return inUse(idsInUse).ofCodePoint; }

UNROLL_EXPORT("codePointIdsAreSet") void codePointIdsAreSet() {
  Ids& ids = inUse(idsInUse);
  for (uint32_t two = 0; two < twoBytes; two++) {
    const uint32_t first = two & 0xff;
    const uint32_t second = two >> 8;
    const bool character = first >= 0xc2 && first < 0xe0 && (second & 0xc0) == 0x80;
    ids.ofBytes[two] = first < 0x80 ? ids.ofCodePoint[first] : character ? ids.ofCodePoint[(first & 0x1f) << 6 | (second & 0x3f)] : -1;
  }
}

/**
 * Writes the ids of the characters of `length` bytes, after which at least 4 more can be read; returns how many they are. Needs room
 * for one id a byte and one more.
 */
UNROLL_EXPORT("encodeCharacters") uint32_t encodeCharacters(const uint8_t* bytes, uint32_t length, int32_t* written) {
  const Ids& ids = inUse(idsInUse);
  int32_t* next = written;
  // Writes an id for every byte and goes on only where a character begins.
  const auto encodeOne = [&ids, &next](const uint8_t* at) {
    const int32_t id = at[0] < 0xe0 ? ids.ofBytes[load<uint16_t>(at)] : ids.ofCodePoint[codePointAt(at)];
    *next = id;
    next += 1 + (id >> 31);
  };
  uint32_t at = 0;
  for (; at + block <= length; at += block) {
    if (isAscii(bytes + at)) {
      for (uint32_t i = 0; i < block; i++) next[i] = ids.ofCodePoint[bytes[at + i]];
      next += block;
    } else {
      for (uint32_t i = 0; i < block; i++) encodeOne(bytes + at + i);
    }
  }
  for (; at < length; at++) encodeOne(bytes + at);
  return static_cast<uint32_t>(next - written);
}
