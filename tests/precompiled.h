#ifndef MESOLYS_TESTS_PRECOMPILED_H_
#define MESOLYS_TESTS_PRECOMPILED_H_

// What nearly every test includes, read once for all of them by the presets that build quickly. The
// others do without it, so that each test includes what it uses.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#endif  // MESOLYS_TESTS_PRECOMPILED_H_
