// As much of Node-API as ../../native/bind_*.cpp and arguments.cpp use, for WebAssembly: a value is a slot in linear memory that
// JavaScript has filled in (../context.ts), so that the same code checks the arguments of both devices.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define NAPI_AUTO_LENGTH SIZE_MAX

enum napi_status { napi_ok, napi_invalid_arg };
enum napi_valuetype { napi_undefined, napi_null, napi_boolean, napi_number, napi_object };
enum napi_typedarray_type { napi_int8_array, napi_int32_array, napi_float32_array };

/** One argument, or the result. The layout is known to ../context.ts. */
struct napi_slot {
  uint32_t kind;    // as ../context.ts numbers them
  uint32_t length;  // elements of an array
  double number;    // the number itself, 0 or 1, or the address of an array
};

typedef napi_slot* napi_value;
typedef struct napi_call* napi_env;
typedef struct napi_call* napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);

napi_status napi_get_cb_info(napi_env, napi_callback_info, size_t* count, napi_value* values, napi_value* self, void** data);
napi_status napi_get_value_double(napi_env, napi_value, double*);
napi_status napi_get_value_bool(napi_env, napi_value, bool*);
napi_status napi_typeof(napi_env, napi_value, napi_valuetype*);
napi_status napi_is_typedarray(napi_env, napi_value, bool*);
napi_status napi_get_typedarray_info(napi_env, napi_value, napi_typedarray_type*, size_t* length, void** memory, napi_value*, size_t*);
napi_status napi_create_double(napi_env, double, napi_value*);
napi_status napi_throw_error(napi_env, const char* code, const char* message);
napi_status napi_throw_type_error(napi_env, const char* code, const char* message);
napi_status napi_throw_range_error(napi_env, const char* code, const char* message);
