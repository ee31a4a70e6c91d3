// Words of well-formed UTF-8: cutting a text into them, counting them, and turning them into ids.
//
// What a word is, src/engine/corpus/pieces.ts defines. Here nearly all of them are found fast: one bit a byte says whether it belongs to
// the inside of a word, and a word ends where the next bit is 0. What bits and the next character do not decide is asked of pieces.ts.
#include "word-table.h"

using namespace unroll;

/** The class of a code point, and the end of the piece that begins at `at` (an index into the text; -1: what follows decides). */
UNROLL_IMPORT("classify") uint32_t hostClassify(uint32_t codePoint);
UNROLL_IMPORT("pieceEnd") int32_t hostPieceEnd(uint32_t at, uint32_t end, uint32_t last);

namespace {

// As in unicode-classes.ts.
enum Class : uint8_t { unclassified, newline, space, letter, mark, number, unspaced, symbol, modifier, regional };

constexpr uint32_t longestPiece = 256;

/** What is done with the words. */
enum class Purpose { statistics, learn, encode };

/** By code point. */
uint8_t* classes = nullptr;

WordTable table;
uint32_t mostWords = ~0u;
uint32_t mostBytes = ~0u;

/** The text, and how much room there is. */
uint8_t* text = nullptr;
uint32_t room = 0;
/** What may be read behind the text. */
constexpr uint32_t readBehind = 64;
/** A bit for each byte of the text: it belongs to the inside of a word. Then zeros. */
uint64_t* inWord = nullptr;

double words = 0;
uint32_t hasText = 0;
int32_t* ids = nullptr;
uint32_t idCount = 0;
int32_t newlineId = 0;

Class classOf(uint32_t codePoint) {
  if (classes[codePoint] == unclassified) classes[codePoint] = static_cast<uint8_t>(hostClassify(codePoint));
  return static_cast<Class>(classes[codePoint]);
}

Class classAt(const uint8_t* at) { return classOf(codePointAt(at)); }

bool isDigit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

v128_t between(v128_t bytes, uint8_t first, uint8_t last) {
  return wasm_u8x16_lt(wasm_i8x16_sub(bytes, wasm_u8x16_splat(first)), wasm_u8x16_splat(last - first + 1));
}

v128_t isLetterOrDigit(v128_t bytes) {
  const v128_t lower = wasm_v128_or(bytes, wasm_u8x16_splat(0x20));
  return wasm_v128_or(between(lower, 'a', 'z'), between(bytes, '0', '9'));
}

/** Neither white space nor beyond ASCII. */
v128_t isInk(v128_t bytes) {
  const v128_t white = wasm_v128_or(between(bytes, 0x09, 0x0d), wasm_i8x16_eq(bytes, wasm_u8x16_splat(' ')));
  return wasm_v128_andnot(between(bytes, 0, 0x7f), white);
}

template <bool prepared>
bool isInside(Class kind) {
  return prepared ? kind != space && kind != newline : kind == letter || kind == mark || kind == number;
}

/** Fills `inWord` for the first `end` bytes, which end between characters. */
template <bool prepared>
void findInside(uint32_t end) {
  memset(text + end, ' ', readBehind);
  /** Bits of a character that goes on in the next 64 bytes. */
  uint64_t carried = 0;
  uint32_t block = 0;
  for (; block * 64 < end; block++) {
    const uint8_t* at = text + block * 64;
    uint64_t inside = bitsOf(at, prepared ? isInk : isLetterOrDigit) | carried;
    uint64_t begins = bitsOf(at, [](v128_t bytes) { return wasm_u8x16_ge(bytes, wasm_u8x16_splat(0xc0)); });
    carried = 0;
    for (; begins != 0; begins &= begins - 1) {
      const uint32_t i = static_cast<uint32_t>(__builtin_ctzll(begins));
      const uint32_t length = sequenceLength(at[i]);
      // Without a branch, which would be a guess.
      const uint64_t bits = isInside<prepared>(classAt(at + i)) ? (1ull << length) - 1 : 0;
      inside |= bits << i;
      carried |= bits >> 1 >> (63 - i);
    }
    inWord[block] = inside;
  }
  inWord[block] = 0;
}

/** The first byte from `at` on that is not inside a word. */
uint32_t insideEnd(uint32_t at) {
  const auto* bits = reinterpret_cast<const uint8_t*>(inWord);
  for (;;) {
    const uint64_t outside = ~(load<uint64_t>(bits + at / 8) >> (at % 8));
    const uint32_t length = static_cast<uint32_t>(__builtin_ctzll(outside | 1ull << 57));
    at += length;
    if (length < 57 - 1) return at;
    if (!(bits[at / 8] >> (at % 8) & 1)) return at;
  }
}

bool isInWord(uint32_t at) { return inWord[at / 64] >> (at % 64) & 1; }

/** Bytes of a character that may join letters ('  -  ’  ‐  ‑) or digits (.  ,) to those before it; 0 if there is none at `at`. */
uint32_t connectorLength(uint32_t at) {
  const uint8_t byte = text[at];
  if (byte == '\'' || byte == '-') return 1;
  if (byte == '.' || byte == ',') return isDigit(text[at - 1]) && isDigit(text[at + 1]) ? 1 : 0;
  if (byte != 0xe2 || text[at + 1] != 0x80) return 0;
  const uint8_t third = text[at + 2];
  return third == 0x99 || third == 0x90 || third == 0x91 ? 3 : 0;
}

constexpr uint32_t undecided = 0;

/** The end of the piece at `at`, which begins inside a word; `undecided` where pieces.ts must say. */
template <bool prepared>
uint32_t runEnd(uint32_t at, uint32_t end) {
  uint32_t next = insideEnd(at);
  for (;;) {
    if (next >= end || next - at >= longestPiece) return undecided;
    if (prepared) return next;
    if (next + 1 >= end && (text[next] == '.' || text[next] == ',')) return undecided;
    const uint32_t length = connectorLength(next);
    if (length == 0) return next;
    if (next + length >= end) return undecided;
    if (!isInWord(next + length)) return next;
    next = insideEnd(next + length);
  }
}

/** The end of the piece at `at`, which is no white space and begins no word of letters; `undecided` where pieces.ts must say. */
uint32_t symbolEnd(uint32_t at, uint32_t end, Class kind) {
  const uint8_t byte = text[at];
  const uint32_t next = at + sequenceLength(byte);
  if (kind == newline && byte != '\r') return next;
  if (next >= end) return undecided;
  if (byte == '\r') return text[next] == '\n' ? next + 1 : next;
  if (byte == '<' && (text[next] == 'u' || text[next] == 'e')) return undecided;
  if (kind != symbol && kind != unspaced) return undecided;
  if (text[next] < 0x80) return next;
  const Class follower = classAt(text + next);
  return follower == mark || follower == modifier ? undecided : next;
}

void count(const uint8_t* bytes, uint32_t length) {
  if (table.add(WordTable::key(bytes, length), 1) && (table.size() > mostWords || table.poolSize() > mostBytes)) table.forgetRare();
}

/** Padded, since 16 bytes of it are read. */
const uint8_t lineFeed[16] = {'\n'};

template <Purpose purpose>
void take(uint32_t start, uint32_t end, Class kind) {
  if (purpose == Purpose::statistics) {
    if (kind == newline) return;
    hasText = 1;
    if (kind != letter && kind != number && kind != unspaced && kind != mark) return;
    words++;
    count(text + start, end - start);
  } else if (purpose == Purpose::learn) {
    // Every kind of line end is the same.
    if (kind == newline) count(lineFeed, 1);
    else count(text + start, end - start);
  } else {
    // Number + 1: 0 is <unk>.
    ids[idCount++] = kind == newline ? newlineId : static_cast<int32_t>(table.find(WordTable::key(text + start, end - start)) + 1);
  }
}

template <Purpose purpose, bool prepared>
uint32_t cut(uint32_t stop, uint32_t end, uint32_t last) {
  findInside<prepared>(end);
  uint32_t at = 0;
  while (at < stop) {
    uint32_t next;
    Class kind = letter;
    if (isInWord(at)) {
      next = runEnd<prepared>(at, end);
    } else {
      const uint8_t byte = text[at];
      if (byte == ' ') {
        at++;
        continue;
      }
      kind = classAt(text + at);
      if (kind == space) {
        at += sequenceLength(byte);
        continue;
      }
      next = symbolEnd(at, end, kind);
    }
    if (next == undecided) {
      const int32_t decided = hostPieceEnd(at, end, last);
      if (decided < 0) return at;
      next = static_cast<uint32_t>(decided);
    }
    take<purpose>(at, next, kind);
    at = next;
  }
  return at;
}

template <Purpose purpose>
uint32_t cut(uint32_t prepared, uint32_t stop, uint32_t end, uint32_t last) {
  return prepared ? cut<purpose, true>(stop, end, last) : cut<purpose, false>(stop, end, last);
}

}  // namespace

/** Room for a text of `bytes`; what was there is lost. */
UNROLL_EXPORT("textRoom") uint8_t* textRoom(uint32_t bytes) {
  if (bytes > room || text == nullptr) {
    if (classes == nullptr) classes = zeros<uint8_t>(codePoints);
    room = bytes;
    text = resized(text, room + readBehind);
    inWord = resized(inWord, room / 64 + 3);
    ids = resized(ids, room + 1);
  }
  return text;
}

UNROLL_EXPORT("setLimit") void setLimit(uint32_t words, uint32_t bytes) {
  mostWords = words;
  mostBytes = bytes;
}

// The next three cut the pieces that begin before `stop` (> 0), looking ahead as far as `end`; the text goes on behind it unless `last`.
// They return where the next piece begins.

/** Counts letters, numbers and their like, not punctuation. */
UNROLL_EXPORT("countWords") uint32_t countWords(uint32_t stop, uint32_t end, uint32_t last) {
  return cut<Purpose::statistics>(0, stop, end, last);
}
UNROLL_EXPORT("learnWords") uint32_t learnWords(uint32_t prepared, uint32_t stop, uint32_t end, uint32_t last) {
  return cut<Purpose::learn>(prepared, stop, end, last);
}
/** `encodedIds` and `encodedCount` tell the result. */
UNROLL_EXPORT("encodeWords") uint32_t encodeWords(uint32_t prepared, uint32_t stop, uint32_t end, uint32_t last) {
  idCount = 0;
  const uint32_t found = table.find(WordTable::key(lineFeed, 1));
  newlineId = static_cast<int32_t>(found + 1);
  return cut<Purpose::encode>(prepared, stop, end, last);
}

UNROLL_EXPORT("encodedIds") int32_t* encodedIds() { return ids; }
UNROLL_EXPORT("encodedCount") uint32_t encodedCount() { return idCount; }
UNROLL_EXPORT("wordsCounted") double wordsCounted() { return words; }
UNROLL_EXPORT("textSeen") uint32_t textSeen() { return hasText; }

/** Adds the first `length` bytes of the text as one word. */
UNROLL_EXPORT("addWord") void addWord(uint32_t length) { count(text, length); }

UNROLL_EXPORT("wordCount") uint32_t wordCount() { return table.size(); }
UNROLL_EXPORT("wordStart") const uint8_t* wordStart(uint32_t number) { return table.bytes(number); }
UNROLL_EXPORT("wordLength") uint32_t wordLength(uint32_t number) { return table.length(number); }
/** Counts by number; to be freed. */
UNROLL_EXPORT("wordCounts") double* wordCounts() { return table.counts(); }
/** Numbers by rank, the first `limit` in order; to be freed. */
UNROLL_EXPORT("rankedWords") uint32_t* rankedWords(const double* counts, uint32_t limit) { return table.ranked(counts, limit); }
UNROLL_EXPORT("release") void release(void* block) { free(block); }
