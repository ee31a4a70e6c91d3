// Characters of well-formed UTF-8: counting them, and turning them into ids.
//
// Where a character ends is hard to foresee for a processor, so characters of one and two bytes are not looked for: what is looked up,
// without a branch, is which byte stands beside which. A byte below 80 is a character, and a byte C2 … DF with the byte after it is one,
// whatever stands around them.
#include "memory.h"

using namespace unroll;

namespace {

/** By two bytes side by side, read as a little-endian number. */
constexpr uint32_t twoBytes = 1 << 16;
constexpr uint32_t block = 16;

double counts[codePoints];
// Counted since the last fold:
/** Bytes with the byte after each. */
uint32_t neighbours[twoBytes];
/** ASCII taken two characters at a time: both count. Two tables in turn, since the same pair often comes again at once. */
uint32_t twos[2][twoBytes];
uint32_t unfolded = 0;
/** Counters of 32 bits are added to those of 53 before they can overflow. */
constexpr uint32_t mostUnfolded = 1u << 31;

int32_t idOfCodePoint[codePoints];
/** Of the character of one or two bytes that begins with the first of two bytes; -1 where none begins. */
int32_t idOfBytes[twoBytes];

bool isAscii(const uint8_t* at) { return wasm_i8x16_bitmask(wasm_v128_load(at)) == 0; }

void countOne(const uint8_t* at) {
  if (at[0] < 0xe0) neighbours[load<uint16_t>(at)]++;
  else counts[codePointAt(at)]++;
}

}  // namespace

/** Counts the characters that begin in `length` bytes (< 2^31), after which at least 4 more can be read. */
UNROLL_EXPORT("countCharacters") void countCharacters(const uint8_t* bytes, uint32_t length);
/** Counts what is there, so that `counts` is up to date, and returns it: a double for each code point. */
UNROLL_EXPORT("characterCounts") double* characterCounts();
/** Ids by code point, to be filled in before `codePointIdsAreSet`. Those of unknown characters are 0. */
UNROLL_EXPORT("codePointIds") int32_t* codePointIds() { return idOfCodePoint; }
UNROLL_EXPORT("codePointIdsAreSet") void codePointIdsAreSet();
/** Writes the ids of the characters of `length` bytes, after which at least 4 more can be read; returns how many they are. Needs room for one
 * id a byte and one more. */
UNROLL_EXPORT("encodeCharacters") uint32_t encodeCharacters(const uint8_t* bytes, uint32_t length, int32_t* ids);

double* characterCounts() {
  if (unfolded == 0) return counts;
  unfolded = 0;
  for (uint32_t two = 0; two < twoBytes; two++) {
    const uint32_t first = two & 0xff;
    const uint32_t second = two >> 8;
    const double pairs = static_cast<double>(twos[0][two]) + twos[1][two];
    counts[first] += pairs;
    counts[second] += pairs;
    if (first < 0x80) counts[first] += neighbours[two];
    else if (first >= 0xc2) counts[(first & 0x1f) << 6 | (second & 0x3f)] += neighbours[two];
  }
  memset(neighbours, 0, sizeof neighbours);
  memset(twos, 0, sizeof twos);
  return counts;
}

void countCharacters(const uint8_t* bytes, uint32_t length) {
  if (unfolded > mostUnfolded - length) characterCounts();
  unfolded += length;
  uint32_t at = 0;
  for (; at + block <= length; at += block) {
    if (isAscii(bytes + at)) {
      for (uint32_t i = 0; i < block; i += 4) {
        twos[0][load<uint16_t>(bytes + at + i)]++;
        twos[1][load<uint16_t>(bytes + at + i + 2)]++;
      }
    } else {
      for (uint32_t i = 0; i < block; i++) countOne(bytes + at + i);
    }
  }
  for (; at < length; at++) countOne(bytes + at);
}

void codePointIdsAreSet() {
  for (uint32_t two = 0; two < twoBytes; two++) {
    const uint32_t first = two & 0xff;
    const uint32_t second = two >> 8;
    const bool character = first >= 0xc2 && first < 0xe0 && (second & 0xc0) == 0x80;
    idOfBytes[two] = first < 0x80 ? idOfCodePoint[first] : character ? idOfCodePoint[(first & 0x1f) << 6 | (second & 0x3f)] : -1;
  }
}

uint32_t encodeCharacters(const uint8_t* bytes, uint32_t length, int32_t* ids) {
  int32_t* next = ids;
  // Writes an id for every byte and goes on only where a character begins.
  const auto encodeOne = [&next](const uint8_t* at) {
    const int32_t id = at[0] < 0xe0 ? idOfBytes[load<uint16_t>(at)] : idOfCodePoint[codePointAt(at)];
    *next = id;
    next += 1 + (id >> 31);
  };
  uint32_t at = 0;
  for (; at + block <= length; at += block) {
    if (isAscii(bytes + at)) {
      for (uint32_t i = 0; i < block; i++) next[i] = idOfCodePoint[bytes[at + i]];
      next += block;
    } else {
      for (uint32_t i = 0; i < block; i++) encodeOne(bytes + at + i);
    }
  }
  for (; at < length; at++) encodeOne(bytes + at);
  return static_cast<uint32_t>(next - ids);
}
