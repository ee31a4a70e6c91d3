// The call that is being made: filled in by JavaScript, read and answered through Node-API's functions.
#pragma once
#include <node_api.h>

constexpr size_t kMostArguments = 40;

/** The layout is known to context.ts. */
struct napi_call {
  uint32_t count;  // arguments
  uint32_t error;  // 0: none; 1: Error; 2: TypeError; 3: RangeError
  char message[496];
  napi_slot result;
  napi_slot slots[kMostArguments];
  void* data;  // the context
};
