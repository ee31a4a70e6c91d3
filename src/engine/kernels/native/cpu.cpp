#include "cpu.h"

#include <fstream>
#include <set>
#include <string>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#elif defined(_WIN32)
#include <windows.h>
#include <vector>
#endif
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace unroll {
namespace {

#if defined(__x86_64__)
struct Features {
  bool avx2 = false, avx512 = false;

  Features() {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return;
    const bool fma = c & (1u << 12), saves = c & (1u << 27), avx = c & (1u << 28);
    if (!fma || !saves || !avx) return;
    // The system must keep the wide registers across a switch of threads: XCR0 bits 1, 2 (AVX) and 5 … 7 (AVX-512).
    unsigned low, high;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    if ((low & 0x6) != 0x6 || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
    avx2 = b & (1u << 5);
    const unsigned needed = (1u << 16) | (1u << 17) | (1u << 30) | (1u << 31);  // F, DQ, BW, VL
    avx512 = avx2 && (low & 0xe6) == 0xe6 && (b & needed) == needed;
  }
};
#endif

#if defined(__linux__)
size_t countCores() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 0;
  std::set<std::string> cores;
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    std::ifstream file("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list");
    std::string siblings;
    if (!std::getline(file, siblings)) return 0;
    cores.insert(siblings);
  }
  return cores.size();
}
#elif defined(__APPLE__)
size_t countCores() {
  int count = 0;
  size_t size = sizeof count;
  // On Apple silicon the performance cores: a step is as slow as its slowest thread.
  if (sysctlbyname("hw.perflevel0.physicalcpu", &count, &size, nullptr, 0) == 0 && count > 0) return static_cast<size_t>(count);
  if (sysctlbyname("hw.physicalcpu", &count, &size, nullptr, 0) == 0 && count > 0) return static_cast<size_t>(count);
  return 0;
}
#elif defined(_WIN32)
size_t countCores() {
  DWORD bytes = 0;
  GetLogicalProcessorInformation(nullptr, &bytes);
  std::vector<SYSTEM_LOGICAL_PROCESSOR_INFORMATION> found(bytes / sizeof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION));
  if (found.empty() || !GetLogicalProcessorInformation(found.data(), &bytes)) return 0;
  size_t cores = 0;
  for (const auto& entry : found) cores += entry.Relationship == RelationProcessorCore;
  return cores;
}
#else
size_t countCores() { return 0; }
#endif

}  // namespace

const KernelTable* const* supportedKernels() {
  static const KernelTable* tables[4] = {};
  if (tables[0]) return tables;
  size_t count = 0;
#if defined(__x86_64__)
  const Features features;
  if (features.avx512) tables[count++] = &kernelsAvx512();
  if (features.avx2) tables[count++] = &kernelsAvx2();
#endif
  tables[count] = &kernelsBaseline();
  return tables;
}

size_t physicalCores() {
  const size_t counted = countCores();
  if (counted > 0) return counted;
  const unsigned threads = std::thread::hardware_concurrency();
  return threads > 0 ? threads : 1;
}

}  // namespace unroll
