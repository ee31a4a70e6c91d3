// What the C++ library would ask of an operating system: memory and the time, both from JavaScript.
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <wasi/api.h>

#include <new>

#define UNROLL_IMPORT(name) extern "C" __attribute__((import_module("host"), import_name(name)))

/** A zeroed block that starts at a multiple of 64. Throws a JavaScript exception when there is no room. */
UNROLL_IMPORT("allocate") void* hostAllocate(size_t bytes);
UNROLL_IMPORT("release") void hostRelease(void* memory);
/** Milliseconds of a clock that never goes back. */
UNROLL_IMPORT("now") double hostNow();

void* operator new(size_t bytes) { return hostAllocate(bytes); }
void* operator new[](size_t bytes) { return hostAllocate(bytes); }
void* operator new(size_t bytes, std::align_val_t) { return hostAllocate(bytes); }
void operator delete(void* memory) noexcept { hostRelease(memory); }
void operator delete[](void* memory) noexcept { hostRelease(memory); }
void operator delete(void* memory, size_t) noexcept { hostRelease(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { hostRelease(memory); }

/** There are no files: the library would only write why it aborts. */
extern "C" __wasi_errno_t __wasi_fd_close(__wasi_fd_t) { return __WASI_ERRNO_BADF; }
extern "C" __wasi_errno_t __wasi_fd_seek(__wasi_fd_t, __wasi_filedelta_t, __wasi_whence_t, __wasi_filesize_t*) {
  return __WASI_ERRNO_BADF;
}
extern "C" __wasi_errno_t __wasi_fd_write(__wasi_fd_t, const __wasi_ciovec_t*, size_t, __wasi_size_t*) { return __WASI_ERRNO_BADF; }

extern "C" int clock_gettime(clockid_t, struct timespec* time) {
  const double now = hostNow();
  time->tv_sec = static_cast<time_t>(now / 1e3);
  time->tv_nsec = static_cast<long>((now - static_cast<double>(time->tv_sec) * 1e3) * 1e6);
  return 0;
}
