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

}  // namespace

NodeFacts ReadNodes(absl::string_view text) {
  NodeFacts facts;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const absl::StatusOr<ScontrolNode> node = ParseScontrolNode(line);
    if (!node.ok()) {
      facts.unread.emplace_back(node.status().message());
      continue;
    }
    for (const auto& [model, count] : node->gpu_counts) facts.gpu_models.insert(model);
    for (const std::string& part : node->gpu_parts) facts.gpu_parts[part].push_back(node->name);
    if (!node->gpus_read.ok()) {
      facts.unread.push_back(
          absl::StrCat(node->name, ": ", std::string(node->gpus_read.message())));
    }
  }
  return facts;
}

std::vector<Finding> CheckNodes(const std::string& cluster, const NodeFacts& nodes,
                                const std::string& slurm_conf) {
  const std::string gres = absl::StrCat(cluster, ": Gres");
  std::vector<Finding> findings;
  if (nodes.gpu_models.contains("")) {
    findings.push_back(
        Warn(gres, "some nodes have GPUs without a type: which model a job held is guessed",
             "give each its Type= in gres.conf and gpu:MODEL:COUNT in slurm.conf"));
  }
  for (const auto& [part, names] : nodes.gpu_parts) {
    findings.push_back(
        Warn(gres,
             absl::StrCat("GPUs of ", Few(names), " are given away as gres/", part,
                          ", too: jobs hold them so, and no limit and no charge counts it"),
             absl::StrCat("take ", part, " out of Gres= of these nodes and out of GresTypes= in ",
                          slurm_conf, ", and out of gres.conf")));
  }
  if (!nodes.unread.empty()) {
    findings.push_back(
        Warn(absl::StrCat(cluster, ": nodes"), absl::StrCat("cannot be read: ", Few(nodes.unread)),
             "what is named counts for nothing in `mesolys site show`; correct it in slurm.conf"));
  }
  return findings;
}

}  // namespace mesolys::agent
