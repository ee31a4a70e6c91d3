// What this machine's processor can do.
#pragma once
#include <stddef.h>

#include "kernels.h"

namespace unroll {

/** Kernel tables that run here, best first, ended by null. */
const KernelTable* const* supportedKernels();

/** Physical cores this process may use: two threads of one core would only compete for its vector units. At least 1. */
size_t physicalCores();

}  // namespace unroll
