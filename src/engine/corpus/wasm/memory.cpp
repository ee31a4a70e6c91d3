#include "memory.h"

/** Zeros for as long as the instance lives. */
UNROLL_EXPORT("reserve") void* reserve(uint32_t bytes) { return unroll::zeros<uint8_t>(bytes); }
