#define UNROLL_ISA avx2
#define UNROLL_ISA_NAME "avx2"
#include "kernels_isa.h"

namespace unroll {
const KernelTable& kernelsAvx2() { return avx2::kTable; }
}  // namespace unroll
