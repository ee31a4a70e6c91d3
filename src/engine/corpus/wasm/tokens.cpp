// Token ids on their way to a file.
#include "memory.h"

namespace {

template <typename Packed>
void pack(const int32_t* ids, uint32_t count, double* counts, Packed* packed) {
  for (uint32_t i = 0; i < count; i++) counts[ids[i]]++;
  for (uint32_t i = 0; i < count; i++) packed[i] = static_cast<Packed>(ids[i]);
}

}  // namespace

/** Adds `count` ids to the counts by id, and writes them with 2 or 4 bytes each, little-endian. */
UNROLL_EXPORT("packIds") void packIds(const int32_t* ids, uint32_t count, double* counts, void* packed, uint32_t bytesPerId) {
  if (bytesPerId == 2) pack(ids, count, counts, static_cast<uint16_t*>(packed));
  else pack(ids, count, counts, static_cast<uint32_t*>(packed));
}
