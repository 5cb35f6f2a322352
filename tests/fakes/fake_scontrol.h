#ifndef MESOLYS_TESTS_FAKES_FAKE_SCONTROL_H_
#define MESOLYS_TESTS_FAKES_FAKE_SCONTROL_H_

// A slurmctld made by a test: lines as scontrol tells them. One thread.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/slurm/scontrol.h"

namespace mesolys::agent {

class FakeScontrol : public Scontrol {
 public:
  // By cluster and noun. A cluster that is not there does not answer.
  std::map<std::string, std::map<Noun, std::vector<std::string>>> clusters;
  // Told after the nodes of every cluster, as they are.
  std::vector<OutputLine> garbage;
  // When not OK, what every Show answers in the end.
  absl::Status failure;

  static std::string Node(const std::string& name, const std::string& state,
                          const std::string& gres = "(null)",
                          const std::string& partitions = "main") {
    return absl::StrCat("NodeName=", name, " CoresPerSocket=16 CPUAlloc=0 CPUEfctv=32 CPUTot=32 ",
                        "Gres=", gres, " Sockets=2 Boards=1 State=", state,
                        " ThreadsPerCore=1 Partitions=", partitions, " ");
  }
  static std::string Partition(const std::string& name, const std::string& state = "UP") {
    return absl::StrCat("PartitionName=", name,
                        " AllowGroups=ALL RootOnly=NO ReqResv=NO State=", state, " TotalNodes=2");
  }

  absl::Status Show(const std::string& cluster, Noun noun, const Visit& visit) override {
    const auto it = clusters.find(cluster);
    if (it == clusters.end()) {
      return absl::UnavailableError(absl::StrCat("No cluster '", cluster, "' known by database."));
    }
    for (const std::string& line : it->second[noun]) {
      if (absl::Status status = visit({line, false, true}); !status.ok()) return status;
    }
    if (noun == Noun::kNode) {
      for (const OutputLine& line : garbage) {
        if (absl::Status status = visit(line); !status.ok()) return status;
      }
    }
    return failure;
  }
};

}  // namespace mesolys::agent

#endif  // MESOLYS_TESTS_FAKES_FAKE_SCONTROL_H_
