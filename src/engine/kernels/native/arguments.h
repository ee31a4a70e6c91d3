// Reads and checks the arguments of one call from JavaScript. Nothing is trusted: every array's type and length, every size and every
// index is checked before memory is touched, and no array that is written may share memory with another.
#pragma once
#include <node_api.h>
#include <stdint.h>

#include <initializer_list>
#include <string>

namespace unroll {

class Arguments {
 public:
  /** @param name of the function, for messages @param count of arguments it takes */
  Arguments(napi_env env, napi_callback_info info, const char* name, size_t count);

  /** False once something was wrong; a JavaScript exception is then pending and every getter returns zeros. */
  bool ok() const { return ok_; }
  /** What the function was created with. */
  void* data() const { return data_; }

  /** The next argument as a whole number in [least, most]. */
  size_t size(const char* name, size_t least = 1, size_t most = 0x7fffffff);
  double number(const char* name);
  bool boolean(const char* name);
  /** The same for numbers that may be larger than an array. */
  uint64_t whole(const char* name, uint64_t least, uint64_t most);
  /** Numbers of elements: a product, a sum; so large on overflow that no array is long enough. */
  static size_t product(std::initializer_list<size_t> sizes);
  static size_t sum(std::initializer_list<size_t> sizes);

  /** The next argument: an array that is read, of at least `length` elements. */
  const float* in(const char* name, size_t length) { return static_cast<float*>(array(name, length, napi_float32_array, false, false)); }
  const float* inOrNull(const char* name, size_t length) {
    return static_cast<float*>(array(name, length, napi_float32_array, false, true));
  }
  /** The next argument: an array that is written, or read and written. */
  float* out(const char* name, size_t length) { return static_cast<float*>(array(name, length, napi_float32_array, true, false)); }
  float* outOrNull(const char* name, size_t length) {
    return static_cast<float*>(array(name, length, napi_float32_array, true, true));
  }
  const int32_t* ints(const char* name, size_t length) {
    return static_cast<int32_t*>(array(name, length, napi_int32_array, false, false));
  }
  const int32_t* intsOrNull(const char* name, size_t length) {
    return static_cast<int32_t*>(array(name, length, napi_int32_array, false, true));
  }
  /** The next argument skipped. */
  void ignore() { next_++; }
  napi_value value() { return values_[next_++]; }

  /** Every one of `values` must be in [least, most]. */
  void requireRange(const char* name, const int32_t* values, size_t count, int32_t least, int32_t most);

  /**
   * Throws a RangeError if a written array overlaps another. Two arrays that begin at the same place are let through if they are the
   * pair named here.
   */
  void requireSeparate(const char* mayEqual1 = nullptr, const char* mayEqual2 = nullptr);

  void typeError(const std::string& message);
  void rangeError(const std::string& message);

 private:
  static constexpr size_t kMost = 40;
  /** More floats than fit into memory. */
  static constexpr size_t kTooMany = SIZE_MAX / sizeof(float);

  struct Span {
    const char* name;
    uintptr_t begin, end;
    bool written;
  };

  void* array(const char* name, size_t length, napi_typedarray_type type, bool written, bool mayBeNull);

  napi_env env_;
  const char* function_;
  napi_value values_[kMost];
  size_t next_ = 0;
  void* data_ = nullptr;
  bool ok_ = true;
  Span spans_[kMost];
  size_t spanCount_ = 0;
};

}  // namespace unroll
