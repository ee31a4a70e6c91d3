#define UNROLL_ISA avx512
#define UNROLL_ISA_NAME "avx512"
#include "kernels_isa.h"

namespace unroll {
const KernelTable& kernelsAvx512() { return avx512::kTable; }
}  // namespace unroll
