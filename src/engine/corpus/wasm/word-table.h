#pragma once
// A hash table whose keys are stretches of bytes, so that millions of words are counted or looked up without a string each.
//
// A look-up touches one line of the cache: a slot holds the count and 16 bytes of the key, which for nearly all words are all of it.
#include "memory.h"

namespace unroll {

/** A key as it is compared: all bytes of one up to 16 long, zeros after it; of a longer one the first 8 and the last 8. */
struct Key {
  const uint8_t* bytes;
  uint32_t length;
  uint64_t first;
  uint64_t last;
  uint32_t hash;
};

/** Keys are numbered 0, 1, 2 … in the order they were added. */
class WordTable {
 public:
  static constexpr uint32_t none = ~0u;

  /** After the key 16 more bytes can be read. */
  static Key key(const uint8_t* bytes, uint32_t length);

  uint32_t size() const { return size_; }
  /** Bytes of all keys together. */
  uint32_t poolSize() const { return size_ == 0 ? 0 : starts_[size_]; }
  const uint8_t* bytes(uint32_t number) const { return pool_ + starts_[number]; }
  uint32_t length(uint32_t number) const { return starts_[number + 1] - starts_[number]; }

  /** The number of a key, or none. */
  uint32_t find(const Key& key) const;
  /** Adds to the count of a key, new or old. True if it is new. */
  bool add(const Key& key, double count);
  /** Count by number, `size` of them; to be freed. */
  double* counts() const;
  /** The numbers of all keys, the most frequent first, then by their bytes; only the first `limit` are in order. To be freed. */
  uint32_t* ranked(const double* counts, uint32_t limit) const;
  /** Forgets every key whose count is not above the median's; the others keep their order. */
  void forgetRare();

 private:
  struct Slot {
    uint64_t first;
    uint64_t last;
    double count;
    uint32_t length;
    /** Number of the key + 1; 0 when empty. */
    uint32_t entry;
  };

  Slot* slotOf(const Key& key) const;
  void insert(Slot* slot, const Key& key);
  void grow();

  uint32_t size_ = 0;
  /** Keys there is room for; there are twice as many slots. */
  uint32_t capacity_ = 0;
  Slot* slots_ = nullptr;
  /** Where each key begins in the pool, and where the last one ends. */
  uint32_t* starts_ = nullptr;
  uint8_t* pool_ = nullptr;
  uint32_t poolCapacity_ = 0;
};

inline uint64_t mixed(uint64_t hash, uint64_t number) {
  hash = (hash ^ number) * 0x9e3779b97f4a7c15ull;  // 2^64 divided by the golden ratio
  return hash ^ hash >> 32;
}

inline Key WordTable::key(const uint8_t* bytes, uint32_t length) {
  Key key = {bytes, length, 0, 0, 0};
  uint64_t hash = length;
  if (length <= 16) {
    // Which of 16 bytes belong to a key of this length: read from the right place.
    static const uint64_t masks[4] = {~0ull, ~0ull, 0, 0};
    const auto* mask = reinterpret_cast<const uint8_t*>(masks) + 16 - length;
    const v128_t masked = wasm_v128_and(wasm_v128_load(bytes), wasm_v128_load(mask));
    key.first = wasm_u64x2_extract_lane(masked, 0);
    key.last = wasm_u64x2_extract_lane(masked, 1);
  } else {
    key.first = load<uint64_t>(bytes);
    key.last = load<uint64_t>(bytes + length - 8);
    for (uint32_t at = 8; at < length - 8; at += 8) hash = mixed(hash, load<uint64_t>(bytes + at));
  }
  hash = mixed(mixed(hash, key.first), key.last);
  key.hash = static_cast<uint32_t>(hash);
  return key;
}

inline WordTable::Slot* WordTable::slotOf(const Key& key) const {
  const uint32_t mask = 2 * capacity_ - 1;
  for (uint32_t at = key.hash & mask;; at = (at + 1) & mask) {
    Slot* slot = slots_ + at;
    if (slot->entry == 0) return slot;
    if (slot->first == key.first && slot->last == key.last && slot->length == key.length &&
        (key.length <= 16 || memcmp(bytes(slot->entry - 1), key.bytes, key.length) == 0)) {
      return slot;
    }
  }
}

inline uint32_t WordTable::find(const Key& key) const {
  if (capacity_ == 0) return none;
  return slotOf(key)->entry - 1;
}

inline bool WordTable::add(const Key& key, double count) {
  if (size_ == capacity_) grow();
  Slot* slot = slotOf(key);
  const bool isNew = slot->entry == 0;
  if (isNew) insert(slot, key);
  slot->count += count;
  return isNew;
}

}  // namespace unroll
