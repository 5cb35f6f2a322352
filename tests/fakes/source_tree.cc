#include "tests/fakes/source_tree.h"

namespace mesolys {

std::string SourcePath(const std::string& path) { return MESOLYS_SOURCE_DIR "/" + path; }

}  // namespace mesolys
