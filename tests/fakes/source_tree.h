#ifndef MESOLYS_TESTS_FAKES_SOURCE_TREE_H_
#define MESOLYS_TESTS_FAKES_SOURCE_TREE_H_

// Where the checkout lies whose tests these are. In a function, and not in a definition for every
// test, so that what is compiled in one checkout is found again by ccache in another. Any thread.

#include <string>

namespace mesolys {

// The absolute path of `path`, which is relative to the checkout.
std::string SourcePath(const std::string& path);

}  // namespace mesolys

#endif  // MESOLYS_TESTS_FAKES_SOURCE_TREE_H_
