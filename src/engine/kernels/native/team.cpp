#include "team.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace unroll {
namespace {

/** Spins before sleeping: about 50 µs at a barrier and 200 µs between launches. */
constexpr int kBarrierSpins = 2000;
constexpr int kIdleSpins = 8000;

inline void relax() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/** Flushes subnormals to zero for its lifetime (MXCSR's FTZ and DAZ, AArch64's FZ): they cost a hundred cycles each. */
class FlushSubnormals {
 public:
#if defined(__x86_64__)
  FlushSubnormals() : saved_(_mm_getcsr()) { _mm_setcsr(saved_ | 0x8040u); }
  ~FlushSubnormals() { _mm_setcsr(saved_); }

 private:
  unsigned saved_;
#elif defined(__aarch64__)
  FlushSubnormals() {
    asm volatile("mrs %0, fpcr" : "=r"(saved_));
    asm volatile("msr fpcr, %0" ::"r"(saved_ | (uint64_t{1} << 24)));
  }
  ~FlushSubnormals() { asm volatile("msr fpcr, %0" ::"r"(saved_)); }

 private:
  uint64_t saved_;
#endif
};

/** A counter that one thread raises and others wait for; on a cache line of its own. */
struct alignas(64) Flag {
  std::atomic<uint64_t> value{0};
};

}  // namespace

struct Team::State {
  std::vector<std::thread> threads;
  size_t size = 1;
  Job job = nullptr;
  void* argument = nullptr;
  bool stop = false;  // written before launch is raised
  Flag launch;
  std::vector<Flag> arrived;  // one for each thread: how many barriers it has reached

  std::mutex mutex;
  std::condition_variable wake;
  alignas(64) std::atomic<int> sleepers{0};

  /** Sequentially consistent, like the sleeper's own accesses: either the sleeper sees the value or this sees the sleeper. */
  void raise(Flag& flag, uint64_t value) {
    flag.value.store(value, std::memory_order_seq_cst);
    if (sleepers.load(std::memory_order_seq_cst) > 0) {
      std::lock_guard<std::mutex> lock(mutex);
      wake.notify_all();
    }
  }

  void await(const Flag& flag, uint64_t value, int spins) {
    for (int i = 0; i < spins; i++) {
      if (flag.value.load(std::memory_order_acquire) >= value) return;
      relax();
    }
    std::unique_lock<std::mutex> lock(mutex);
    sleepers.fetch_add(1, std::memory_order_seq_cst);
    wake.wait(lock, [&] { return flag.value.load(std::memory_order_seq_cst) >= value; });
    sleepers.fetch_sub(1, std::memory_order_seq_cst);
  }

  void serve(Team* team, size_t index) {
    FlushSubnormals flush;
    for (uint64_t launched = 1;; launched++) {
      await(launch, launched, kIdleSpins);
      if (stop) return;
      job(argument, Worker{index, size, team});
      team->barrier(index);
    }
  }
};

Team::Team(size_t threads) : state_(new State) {
  state_->arrived = std::vector<Flag>(threads == 0 ? 1 : threads);
  // Threads wait for the first launch, and by then size is known.
  try {
    for (size_t i = 1; i < threads; i++) {
      state_->threads.emplace_back([this, i] { state_->serve(this, i); });
      state_->size = i + 1;
    }
  } catch (const std::system_error&) {
    // The system gives no more threads: work with those there are.
  }
}

Team::~Team() {
  state_->stop = true;
  state_->raise(state_->launch, state_->launch.value.load() + 1);
  for (std::thread& thread : state_->threads) thread.join();
  delete state_;
}

size_t Team::size() const { return state_->size; }

void Team::run(Job job, void* argument) {
  FlushSubnormals flush;
  if (state_->size == 1) return job(argument, Worker{0, 1, this});
  state_->job = job;
  state_->argument = argument;
  state_->raise(state_->launch, state_->launch.value.load(std::memory_order_relaxed) + 1);
  job(argument, Worker{0, state_->size, this});
  barrier(0);
}

void Team::runAlone(Job job, void* argument) {
  FlushSubnormals flush;
  job(argument, Worker{0, 1, this});
}

void Team::barrier(size_t index) {
  State& s = *state_;
  const uint64_t goal = s.arrived[index].value.load(std::memory_order_relaxed) + 1;
  s.raise(s.arrived[index], goal);
  for (size_t other = 0; other < s.size; other++) {
    if (other != index) s.await(s.arrived[other], goal, kBarrierSpins);
  }
}

void Worker::barrier() const {
  if (count > 1) team->barrier(index);
}

}  // namespace unroll
