#include "napi.h"

#include <string.h>

namespace {

/** Numbers of the slots' kinds in context.ts. */
enum Kind : uint32_t { kOther, kNumber, kBoolean, kNull, kFloats, kInts };

napi_status fail(napi_env env, uint32_t error, const char* message) {
  env->error = error;
  strncpy(env->message, message, sizeof env->message - 1);
  return napi_ok;
}

}  // namespace

napi_status napi_get_cb_info(napi_env env, napi_callback_info, size_t* count, napi_value* values, napi_value*, void** data) {
  const size_t room = *count < kMostArguments ? *count : kMostArguments;
  *count = env->count;
  for (size_t i = 0; i < room; i++) {
    if (i >= env->count) env->slots[i].kind = kOther;
    values[i] = &env->slots[i];
  }
  *data = env->data;
  return napi_ok;
}

napi_status napi_get_value_double(napi_env, napi_value value, double* to) {
  if (value->kind != kNumber) return napi_invalid_arg;
  *to = value->number;
  return napi_ok;
}

napi_status napi_get_value_bool(napi_env, napi_value value, bool* to) {
  if (value->kind != kBoolean) return napi_invalid_arg;
  *to = value->number != 0;
  return napi_ok;
}

napi_status napi_typeof(napi_env, napi_value value, napi_valuetype* to) {
  static const napi_valuetype kTypes[] = {napi_undefined, napi_number, napi_boolean, napi_null, napi_object, napi_object};
  *to = kTypes[value->kind];
  return napi_ok;
}

napi_status napi_is_typedarray(napi_env, napi_value value, bool* to) {
  *to = value->kind == kFloats || value->kind == kInts;
  return napi_ok;
}

napi_status napi_get_typedarray_info(napi_env, napi_value value, napi_typedarray_type* type, size_t* length, void** memory, napi_value*,
                                     size_t*) {
  *type = value->kind == kFloats ? napi_float32_array : napi_int32_array;
  *length = value->length;
  *memory = reinterpret_cast<void*>(static_cast<uintptr_t>(value->number));
  return napi_ok;
}

napi_status napi_create_double(napi_env env, double number, napi_value* to) {
  env->result = {kNumber, 0, number};
  *to = &env->result;
  return napi_ok;
}

napi_status napi_throw_error(napi_env env, const char*, const char* message) { return fail(env, 1, message); }
napi_status napi_throw_type_error(napi_env env, const char*, const char* message) { return fail(env, 2, message); }
napi_status napi_throw_range_error(napi_env env, const char*, const char* message) { return fail(env, 3, message); }
