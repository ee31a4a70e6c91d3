#define UNROLL_ISA baseline
#define UNROLL_ISA_NAME "baseline"
#include "kernels_isa.h"

namespace unroll {
const KernelTable& kernelsBaseline() { return baseline::kTable; }
}  // namespace unroll
