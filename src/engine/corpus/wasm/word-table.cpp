#include "word-table.h"

#include <algorithm>

namespace unroll {

namespace {
constexpr uint32_t firstCapacity = 1024;
/** What may be read behind a key. */
constexpr uint32_t readBehind = 16;
}  // namespace

void WordTable::insert(Slot* slot, const Key& key) {
  const uint32_t start = poolSize();
  if (start + key.length + readBehind > poolCapacity_) {
    poolCapacity_ = std::max(2 * poolCapacity_, start + key.length + readBehind);
    pool_ = resized(pool_, poolCapacity_);
  }
  memcpy(pool_ + start, key.bytes, key.length);
  starts_[size_] = start;
  starts_[size_ + 1] = start + key.length;
  *slot = {key.first, key.last, 0, key.length, ++size_};
}

void WordTable::grow() {
  const Slot* old = slots_;
  const uint32_t oldSlots = 2 * capacity_;
  capacity_ = std::max(firstCapacity, 2 * capacity_);
  slots_ = static_cast<Slot*>(calloc(2 * capacity_, sizeof(Slot)));
  if (slots_ == nullptr) __builtin_trap();
  starts_ = resized(starts_, capacity_ + 1);
  const uint32_t mask = 2 * capacity_ - 1;
  for (uint32_t from = 0; from < oldSlots; from++) {
    const Slot& slot = old[from];
    if (slot.entry == 0) continue;
    uint32_t at = key(bytes(slot.entry - 1), slot.length).hash & mask;
    while (slots_[at].entry != 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
  free(const_cast<Slot*>(old));
}

double* WordTable::counts() const {
  auto* counts = resized<double>(nullptr, size_ + 1);
  for (uint32_t at = 0; at < 2 * capacity_; at++) {
    if (slots_[at].entry != 0) counts[slots_[at].entry - 1] = slots_[at].count;
  }
  return counts;
}

uint32_t* WordTable::ranked(const double* counts, uint32_t limit) const {
  auto* keys = resized<uint32_t>(nullptr, size_ + 1);
  for (uint32_t number = 0; number < size_; number++) keys[number] = number;
  const auto before = [this, counts](uint32_t a, uint32_t b) {
    if (counts[a] != counts[b]) return counts[a] > counts[b];
    const int difference = memcmp(bytes(a), bytes(b), std::min(length(a), length(b)));
    return difference != 0 ? difference < 0 : length(a) < length(b);
  };
  const uint32_t wanted = std::min(limit, size_);
  if (wanted < size_) std::nth_element(keys, keys + wanted, keys + size_, before);
  std::sort(keys, keys + wanted, before);
  return keys;
}

void WordTable::forgetRare() {
  double* counts = this->counts();
  auto* sorted = resized<double>(nullptr, size_);
  memcpy(sorted, counts, size_ * sizeof(double));
  std::nth_element(sorted, sorted + size_ / 2, sorted + size_);
  const double threshold = sorted[size_ / 2];
  WordTable kept;
  for (uint32_t number = 0; number < size_; number++) {
    if (counts[number] > threshold) kept.add(key(bytes(number), length(number)), counts[number]);
  }
  free(sorted);
  free(counts);
  free(slots_);
  free(starts_);
  free(pool_);
  *this = kept;
}

}  // namespace unroll
