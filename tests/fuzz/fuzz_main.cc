// One fuzzer for each target: MESOLYS_FUZZ_TARGET is the name of its function.

#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mesolys::MESOLYS_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
