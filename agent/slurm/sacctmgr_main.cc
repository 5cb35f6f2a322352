// mesolys-sacctmgr: the changes that the agent may make in Slurm, and no others. It runs with the
// rights of a Slurm operator; the agent, which has none, feeds it lines on its standard input
// through sudo. Each must be one of the templates of enforcers/sacctmgr_line; if one of them is
// not, none is made. Exit codes: those of sacctmgr, 2 for a line that is refused.
//
//   mesolys-sacctmgr SLURM_CONF [SACCTMGR]

#include <iostream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/process/subprocess.h"
#include "agent/slurm/text/sacctmgr_line.h"

namespace mesolys::agent {
namespace {

constexpr int kRefused = 2;
constexpr size_t kInputBytesMax = size_t{16} << 20;

int Main(int argc, char** argv) {
  if (argc < 2 || argc > 3 || argv[1][0] != '/' || (argc == 3 && argv[2][0] != '/')) {
    std::cerr << "usage: mesolys-sacctmgr /PATH/OF/slurm.conf [/PATH/OF/sacctmgr] < LINES\n";
    return kRefused;
  }
  Command command;
  command.arguments = {argc == 3 ? argv[2] : "/usr/bin/sacctmgr", "--immediate"};
  command.environment = {absl::StrCat("SLURM_CONF=", argv[1])};
  for (std::istreambuf_iterator<char> next(std::cin), end;
       next != end && command.input.size() <= kInputBytesMax; ++next) {
    command.input.push_back(*next);
  }
  if (command.input.size() > kInputBytesMax) {
    std::cerr << "mesolys-sacctmgr: refused: more than " << kInputBytesMax << " bytes\n";
    return kRefused;
  }
  int64_t number = 0;
  for (const absl::string_view line : absl::StrSplit(command.input, '\n')) {
    ++number;
    if (line.empty()) continue;
    if (const absl::Status status = CheckSacctmgrLine(line); !status.ok()) {
      std::cerr << "mesolys-sacctmgr: line " << number << " refused: " << status.message() << "\n";
      return kRefused;
    }
  }
  const absl::StatusOr<CommandOutput> output = RunCommand(command);
  if (!output.ok()) {
    std::cerr << "mesolys-sacctmgr: " << output.status().message() << "\n";
    return 1;
  }
  std::cout << output->output;
  std::cerr << output->end.error_output;
  return output->end.exit_status;
}

}  // namespace
}  // namespace mesolys::agent

int main(int argc, char** argv) { return mesolys::agent::Main(argc, argv); }
