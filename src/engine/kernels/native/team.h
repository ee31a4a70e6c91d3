// A persistent team of threads that runs one function on all of them, with barriers inside.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace unroll {

class Team;

/** One thread's place in a launch. `count` is 1 when a small call runs on the calling thread alone. */
struct Worker {
  size_t index;
  size_t count;
  Team* team;

  /** Waits for all threads of this launch. */
  void barrier() const;

  /** This thread's part [begin, end) of `items`, as even as it gets. */
  void share(size_t items, size_t& begin, size_t& end) const {
    begin = items * index / count;
    end = items * (index + 1) / count;
  }
};

/**
 * Threads spin for a moment between launches and at barriers (a training step makes thousands of them) and then sleep, so that an
 * idle program uses no processor. Subnormals are flushed to zero inside a launch only: the caller's mode is restored.
 */
class Team {
 public:
  using Job = void (*)(void* argument, const Worker& worker);

  /** Starts `threads` - 1 threads; the caller of run() is the last one. Starts fewer where the system refuses: see size(). */
  explicit Team(size_t threads);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  size_t size() const;

  /** Runs `job` on all threads and returns when all have finished. Not reentrant. */
  void run(Job job, void* argument);

  /** Runs `job` on the calling thread alone. */
  void runAlone(Job job, void* argument);

  void barrier(size_t index);

#if defined(__wasm__)
  // JavaScript starts the threads; see ../wasm/team.cpp.
  static constexpr size_t kMostThreads = 256;
  /** Waits until `threads` - 1 threads have come, and lets no more in. Fewer where some fail to come in time: see size(). */
  void gather(size_t threads);
  /** Runs jobs on the calling thread until the team ends. */
  void serve();
#endif

 private:
  struct State;
  State* state_;
};

}  // namespace unroll
