#include <cstdlib>
#include <new>

#include "kernels.h"

namespace unroll {

namespace {
constexpr size_t kAlignment = 64;

size_t rounded(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

unsigned char* allocate(size_t bytes) {
  return static_cast<unsigned char*>(::operator new(bytes, std::align_val_t(kAlignment)));
}

void release(unsigned char* memory) { ::operator delete(memory, std::align_val_t(kAlignment)); }
}  // namespace

void Scratch::clear() {
  while (blocks_) {
    Block* next = blocks_->next;
    release(blocks_->memory);
    delete blocks_;
    blocks_ = next;
  }
  used_ = capacity_ = 0;
}

void Scratch::reset() {
  used_ = 0;
  if (!blocks_ || !blocks_->next) return;
  // The last call needed more than one block: from now on one that holds as much as all.
  const size_t total = capacity_;
  clear();
  take(total - kAlignment);
  used_ = 0;
}

void* Scratch::take(size_t bytes) {
  // Room behind every buffer for a vector that is stored whole but counted in part.
  const size_t size = rounded(bytes) + kAlignment;
  if (!blocks_ || blocks_->size - used_ < size) {
    Block* block = new Block{nullptr, 0, blocks_};
    try {
      block->memory = allocate(size);
    } catch (...) {
      delete block;
      throw;
    }
    block->size = size;
    capacity_ += size;
    blocks_ = block;
    used_ = 0;
  }
  unsigned char* memory = blocks_->memory + used_;
  used_ += size;
  return memory;
}

}  // namespace unroll
