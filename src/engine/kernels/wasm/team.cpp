// The team of threads on WebAssembly: JavaScript starts them, each calls serve() and stays. Same protocol as ../native/team.cpp, with
// the wait and notify instructions in place of a condition variable.
#include "team.h"

#include <atomic>

namespace unroll {
namespace {

/** Spins before sleeping: a few dozen microseconds at a barrier, a few hundred between launches. */
constexpr int kBarrierSpins = 20'000;
constexpr int kIdleSpins = 100'000;
/** How long a new team waits for its threads. Threads that are later than that are turned away. */
constexpr int64_t kStartNanoseconds = 10'000'000'000;
/** Added to the number of threads once no more are let in. */
constexpr uint32_t kClosed = 0x80000000u;

/** A counter that one thread raises and others wait for, alone on its cache line. It may wrap around. */
struct alignas(64) Flag {
  std::atomic<uint32_t> value{0};

  bool reached(uint32_t goal) const { return static_cast<int32_t>(value.load(std::memory_order_acquire) - goal) >= 0; }
};

int32_t* address(std::atomic<uint32_t>& value) { return reinterpret_cast<int32_t*>(&value); }

}  // namespace

struct Team::State {
  size_t size = 1;
  Job job = nullptr;
  void* argument = nullptr;
  bool stop = false;  // written before launch is raised
  Flag launch;
  Flag joined;  // threads that have come, with kClosed
  Flag arrived[kMostThreads];
  alignas(64) std::atomic<int> sleepers{0};

  /** Sequentially consistent, like the sleeper's own accesses: either the sleeper sees the value or this sees the sleeper. */
  void raise(Flag& flag, uint32_t value) {
    flag.value.store(value, std::memory_order_seq_cst);
    if (sleepers.load(std::memory_order_seq_cst) > 0) __builtin_wasm_memory_atomic_notify(address(flag.value), 0xffffffffu);
  }

  void await(Flag& flag, uint32_t goal, int spins) {
    for (int i = 0; i < spins; i++) {
      if (flag.reached(goal)) return;
    }
    sleepers.fetch_add(1, std::memory_order_seq_cst);
    while (!flag.reached(goal)) {
      const uint32_t seen = flag.value.load(std::memory_order_seq_cst);
      if (static_cast<int32_t>(seen - goal) >= 0) break;
      __builtin_wasm_memory_atomic_wait32(address(flag.value), static_cast<int32_t>(seen), -1);
    }
    sleepers.fetch_sub(1, std::memory_order_seq_cst);
  }
};

Team::Team(size_t) : state_(new State) {}

Team::~Team() {
  state_->stop = true;
  state_->raise(state_->launch, state_->launch.value.load() + 1);
  // The state is not freed: threads on their way out still look at it, and the whole memory goes with the device.
}

size_t Team::size() const { return state_->size; }

void Team::gather(size_t threads) {
  Flag& joined = state_->joined;
  const uint32_t goal = static_cast<uint32_t>(threads - 1);
  for (uint32_t seen; (seen = joined.value.load()) < goal;) {
    if (__builtin_wasm_memory_atomic_wait32(address(joined.value), static_cast<int32_t>(seen), kStartNanoseconds) == 2) break;
  }
  state_->size = 1 + joined.value.fetch_or(kClosed);
}

void Team::serve() {
  State& s = *state_;
  const uint32_t before = s.joined.value.fetch_add(1);
  __builtin_wasm_memory_atomic_notify(address(s.joined.value), 1);
  if (before & kClosed) return;
  const size_t index = before + 1;
  for (uint32_t launched = 1;; launched++) {
    s.await(s.launch, launched, kIdleSpins);
    if (s.stop) return;
    s.job(s.argument, Worker{index, s.size, this});
    barrier(index);
  }
}

void Team::run(Job job, void* argument) {
  State& s = *state_;
  if (s.size == 1) return job(argument, Worker{0, 1, this});
  s.job = job;
  s.argument = argument;
  s.raise(s.launch, s.launch.value.load(std::memory_order_relaxed) + 1);
  job(argument, Worker{0, s.size, this});
  barrier(0);
}

void Team::runAlone(Job job, void* argument) { job(argument, Worker{0, 1, this}); }

void Team::barrier(size_t index) {
  State& s = *state_;
  const uint32_t goal = s.arrived[index].value.load(std::memory_order_relaxed) + 1;
  s.raise(s.arrived[index], goal);
  for (size_t other = 0; other < s.size; other++) {
    if (other != index) s.await(s.arrived[other], goal, kBarrierSpins);
  }
}

void Worker::barrier() const {
  if (count > 1) team->barrier(index);
}

}  // namespace unroll
