#include "agent/slurm/check/node_facts.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/slurm/text/scontrol_text.h"

namespace mesolys::agent {
namespace {

// The first of them, and how many more there are.
std::string Few(const std::vector<std::string>& texts) {
  constexpr size_t kFew = 3;
  const size_t shown = std::min(kFew, texts.size());
  const std::string few =
      absl::StrJoin(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(shown), ", ");
  return shown == texts.size() ? few : absl::StrCat(few, " and ", texts.size() - shown, " more");
}

// Whether it is known what part of which GPU each of a kind is.
bool IsMeasured(const std::string& kind, const SharedParts& shared) {
  return shared.per_gpu.contains(shared.NameOf(kind));
}

}  // namespace

NodeFacts ReadNodes(absl::string_view text) {
  NodeFacts facts;
  SharedPartsOfNodes shared;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const absl::StatusOr<ScontrolNode> node = ParseScontrolNode(line);
    if (!node.ok()) {
      facts.unread.emplace_back(node.status().message());
      continue;
    }
    for (const auto& [model, count] : node->gpu_counts) facts.gpu_models.insert(model);
    shared.Add(node->gpu_counts, node->gpu_parts);
    std::set<std::string> kinds;
    for (const auto& [name, count] : node->gpu_parts) kinds.insert(name.substr(0, name.find('-')));
    for (const std::string& kind : kinds) facts.gpu_parts[kind].push_back(node->name);
    if (!node->gpus_read.ok()) {
      facts.unread.push_back(
          absl::StrCat(node->name, ": ", std::string(node->gpus_read.message())));
    }
  }
  facts.shared = shared.Take();
  return facts;
}

std::vector<Finding> CheckNodes(const std::string& cluster, const NodeFacts& nodes,
                                const std::set<std::string>& counted,
                                const std::string& slurm_conf) {
  const std::string gres = absl::StrCat(cluster, ": Gres");
  std::vector<Finding> findings;
  if (nodes.gpu_models.contains("")) {
    findings.push_back(
        Warn(gres, "some nodes have GPUs without a type: which model a job held is guessed",
             "give each its Type= in gres.conf and gpu:MODEL:COUNT in slurm.conf"));
  }
  for (const auto& [part, names] : nodes.gpu_parts) {
    const std::string tres = absl::StrCat("gres/", part);
    if (!counted.contains(tres)) {
      findings.push_back(
          Warn(gres,
               absl::StrCat("GPUs of ", Few(names), " are given away as ", tres,
                            ", too: jobs hold them so, and no limit and no charge counts it"),
               absl::StrCat("add ", tres, " to AccountingStorageTRES in ", slurm_conf,
                            " and restart slurmctld, or take ", part,
                            " out of Gres= of these nodes and out of GresTypes=")));
    } else if (!IsMeasured(part, nodes.shared)) {
      findings.push_back(Warn(
          gres,
          absl::StrCat("what part of a GPU one ", tres, " of ", Few(names),
                       " is, the nodes do not say as one: its jobs are of no resource"),
          absl::StrCat("give each node ", part, ":MODEL:COUNT, the same for each GPU, and add ",
                       tres, ":MODEL to AccountingStorageTRES; or let gpu_names.", part,
                       " of the catalogue say it")));
    }
  }
  if (!nodes.unread.empty()) {
    findings.push_back(
        Warn(absl::StrCat(cluster, ": nodes"), absl::StrCat("cannot be read: ", Few(nodes.unread)),
             "what is named counts for nothing in `mesolys site show`; correct it in slurm.conf"));
  }
  return findings;
}

}  // namespace mesolys::agent
