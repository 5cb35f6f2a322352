#ifndef MESOLYS_PROTO_VALUES_APPORTION_H_
#define MESOLYS_PROTO_VALUES_APPORTION_H_

// An amount by weights. Pure; any thread.

#include <cstdint>
#include <vector>

namespace mesolys {

// The parts of `amount`, one for each weight, in their order: its share, amount * weight / sum,
// rounded down, and of what that leaves one unit each to the first weights above 0. So the parts
// sum up to `amount`, none is further than one unit from its share, and where `amount` is at most
// the sum of the weights no part is larger than its weight. Nothing is below 0; without a weight
// above 0 `amount` is 0.
std::vector<int64_t> Apportion(int64_t amount, const std::vector<int64_t>& weights);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_VALUES_APPORTION_H_
