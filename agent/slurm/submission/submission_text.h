#ifndef MESOLYS_AGENT_SLURM_SUBMISSION_SUBMISSION_TEXT_H_
#define MESOLYS_AGENT_SLURM_SUBMISSION_SUBMISSION_TEXT_H_

// What deploy/slurm/job_submit.lua judges a job by before Slurm queues it, as the text of one file:
// a line for each fact, words parted by one blank. Only names that pass proto/values/names.h are in
// it, so no line can be taken for another. Pure; any thread.
//
//   mesolys-submission 1 1795739470 9f86d081884c7d65    format, time, digest of what follows
//   site psmn
//   mode tell
//   language en
//   gpu_model a100
//   gpu_name a100_1g.10gb gpu-a100 1 7
//   gpu_jobs_pay_no_cpu
//   free root                              an account that is nobody's matter
//   partition main a100,v100               "-" for GPUs without a model
//   project chair-ia open
//   next chair-ia 1798761600               when the next of its grants begins
//   member chair-ia alice
//   left chair-ia cpu 144000000            seconds, of this cluster; or "unknown"
//   ceiling chair-ia alice cpu 3600        what is left of a member's own
//   account old-ia chair-ia                an older account that bills to it
//   end 311                                so many bytes before it, the first line not counted

#include <set>
#include <string>

#include "absl/time/time.h"
#include "agent/reconcile/access.h"
#include "agent/reconcile/reconcile.h"
#include "agent/slurm/submission/partition_models.h"

namespace mesolys::agent {

// What a site's configuration says.
struct SubmissionRules {
  std::string site;
  // "off": nothing is said or refused, GPUs get their model all the same; "tell": a job that is too
  // long for what is left is told so and goes on; "refuse": it is refused.
  std::string mode = "tell";
  std::string language = "en";  // or "fr", where the job's environment does not say
  std::string gpu_model;        // of an untyped GPU; empty: the catalogue's
  std::set<std::string> free_accounts;
  // Whether the bonus of what is used up may be spent.
  bool has_bonus = false;
};

// `use` is null where it is not known what was used: then nothing is said of what is left. What is
// left is divided evenly over the clusters of the site, as their limits are.
std::string SubmissionText(const std::string& cluster, const SiteState& wanted, const SiteUse* use,
                           const PartitionModels& models, const SubmissionRules& rules,
                           absl::Time now);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_SUBMISSION_SUBMISSION_TEXT_H_
