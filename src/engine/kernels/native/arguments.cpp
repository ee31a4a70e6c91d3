#include "arguments.h"

#include <cmath>

namespace unroll {

Arguments::Arguments(napi_env env, napi_callback_info info, const char* name, size_t count) : env_(env), function_(name) {
  size_t given = kMost;
  if (napi_get_cb_info(env, info, &given, values_, nullptr, &data_) != napi_ok || given != count) {
    typeError("expected " + std::to_string(count) + " arguments, got " + std::to_string(given));
  }
}

void Arguments::typeError(const std::string& message) {
  if (ok_) napi_throw_type_error(env_, nullptr, (std::string(function_) + ": " + message).c_str());
  ok_ = false;
}

void Arguments::rangeError(const std::string& message) {
  if (ok_) napi_throw_range_error(env_, nullptr, (std::string(function_) + ": " + message).c_str());
  ok_ = false;
}

double Arguments::number(const char* name) {
  if (!ok_) return 0;
  double value = 0;
  if (napi_get_value_double(env_, values_[next_++], &value) != napi_ok) typeError(std::string(name) + " must be a number");
  return value;
}

size_t Arguments::size(const char* name, size_t least, size_t most) { return static_cast<size_t>(whole(name, least, most)); }

uint64_t Arguments::whole(const char* name, uint64_t least, uint64_t most) {
  const double value = number(name);
  if (!ok_) return 0;
  if (!(value >= static_cast<double>(least) && value <= static_cast<double>(most)) || value != std::floor(value)) {
    rangeError(std::string(name) + " must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return 0;
  }
  return static_cast<uint64_t>(value);
}

bool Arguments::boolean(const char* name) {
  if (!ok_) return false;
  bool value = false;
  if (napi_get_value_bool(env_, values_[next_++], &value) != napi_ok) typeError(std::string(name) + " must be true or false");
  return value;
}

size_t Arguments::product(std::initializer_list<size_t> sizes) {
  size_t total = 1;
  for (const size_t size : sizes) {
    if (size != 0 && total > kTooMany / size) return kTooMany;
    total *= size;
  }
  return total;
}

size_t Arguments::sum(std::initializer_list<size_t> sizes) {
  size_t total = 0;
  for (const size_t size : sizes) {
    if (size > kTooMany - total) return kTooMany;
    total += size;
  }
  return total;
}

void* Arguments::array(const char* name, size_t length, napi_typedarray_type type, bool written, bool mayBeNull) {
  if (!ok_) return nullptr;
  const napi_value value = values_[next_++];
  const char* wanted = type == napi_float32_array ? "a Float32Array" : "an Int32Array";
  napi_valuetype kind = napi_undefined;
  napi_typeof(env_, value, &kind);
  if (kind == napi_null && mayBeNull) return nullptr;
  bool isTyped = false;
  napi_is_typedarray(env_, value, &isTyped);
  napi_typedarray_type actual = napi_int8_array;
  size_t count = 0;
  void* memory = nullptr;
  if (isTyped) napi_get_typedarray_info(env_, value, &actual, &count, &memory, nullptr, nullptr);
  if (!isTyped || actual != type) {
    typeError(std::string(name) + " must be " + wanted + (mayBeNull ? " or null" : ""));
    return nullptr;
  }
  if (count < length) {
    rangeError(std::string(name) + " has " + std::to_string(count) + " elements, these sizes need " + std::to_string(length));
    return nullptr;
  }
  const uintptr_t begin = reinterpret_cast<uintptr_t>(memory);
  spans_[spanCount_++] = {name, begin, begin + length * 4, written};
  return memory;
}

void Arguments::requireRange(const char* name, const int32_t* values, size_t count, int32_t least, int32_t most) {
  if (!ok_) return;
  for (size_t i = 0; i < count; i++) {
    if (values[i] >= least && values[i] <= most) continue;
    rangeError(std::string(name) + "[" + std::to_string(i) + "] is " + std::to_string(values[i]) + ", expected " + std::to_string(least) +
               " to " + std::to_string(most));
    return;
  }
}

void Arguments::requireSeparate(const char* mayEqual1, const char* mayEqual2) {
  if (!ok_) return;
  for (size_t i = 0; i < spanCount_; i++) {
    if (!spans_[i].written) continue;
    for (size_t j = 0; j < spanCount_; j++) {
      const Span &a = spans_[i], &b = spans_[j];
      if (i == j || a.begin >= b.end || b.begin >= a.end) continue;
      const bool pair = (a.name == mayEqual1 && b.name == mayEqual2) || (a.name == mayEqual2 && b.name == mayEqual1);
      if (pair && a.begin == b.begin) continue;
      rangeError(std::string(a.name) + " is written and shares memory with " + b.name);
      return;
    }
  }
}

}  // namespace unroll
