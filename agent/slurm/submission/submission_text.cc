#include "agent/slurm/submission/submission_text.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/slurm/associations/tres.h"
#include "proto/values/names.h"

namespace mesolys::agent {
namespace {

// FNV-1a: tells two files of one second apart, and guards nothing.
uint64_t DigestOf(absl::string_view text) {
  uint64_t digest = 14695981039346656037U;
  for (const char each : text) {
    digest = (digest ^ static_cast<unsigned char>(each)) * 1099511628211U;
  }
  return digest;
}

bool IsValid(const GrantCeiling& grant, absl::Time now) {
  return grant.period.start <= now && !IsEnded(grant, now);
}

// Lists the facts of one cluster.
class Listing {
 public:
  Listing(const SiteState& wanted, const SiteUse* use, const SubmissionRules& rules, absl::Time now)
      : wanted_(wanted),
        use_(use),
        rules_(rules),
        now_(now),
        cluster_count_(std::max<int64_t>(1, static_cast<int64_t>(wanted.clusters.size()))) {
    if (use == nullptr) return;
    for (AccountStanding& standing : StandingsOf(wanted, *use, now)) {
      standings_[standing.account][standing.resource] = standing.remaining;
    }
  }

  void AddRules() {
    Line("site ", rules_.site);
    Line("mode ", rules_.mode);
    Line("language ", rules_.language);
    const std::string& model =
        rules_.gpu_model.empty() ? wanted_.charges.gpu_model : rules_.gpu_model;
    if (CheckResource(absl::StrCat("gpu-", model)).ok()) Line("gpu_model ", model);
    for (const auto& [name, part] : wanted_.charges.gpu_names) {
      Line("gpu_name ", name, " ", part.resource, " ", part.parts, " ", part.whole);
    }
    if (!wanted_.charges.gpu_jobs_pay_cpu) Line("gpu_jobs_pay_no_cpu");
    for (const std::string& account : rules_.free_accounts) {
      if (CheckLogin("account", account).ok()) Line("free ", absl::AsciiStrToLower(account));
    }
  }

  void AddPartitions(const PartitionModels& partitions) {
    for (const auto& [name, models] : partitions) {
      if (!CheckLogin("partition", name).ok()) continue;
      const auto written = [](std::string* out, const std::string& model) {
        absl::StrAppend(out, model.empty() ? "-" : model);
      };
      Line("partition ", name, models.empty() ? "" : " ", absl::StrJoin(models, ",", written));
    }
  }

  void AddProject(const std::string& id, const SiteAccount& account) {
    const bool is_open = use_ == nullptr || Spends(id, &Remaining::left);
    const bool has_bonus = rules_.has_bonus && Spends(id, &Remaining::bonus);
    Line("project ", id, is_open || has_bonus ? " open" : " closed");
    if (const std::optional<absl::Time> next = NextOf(account); next.has_value()) {
      Line("next ", id, " ", absl::ToUnixSeconds(*next));
    }
    for (const std::string& login : account.logins) Line("member ", id, " ", login);
    std::set<std::string> resources;
    for (const auto& [name, grant] : account.grants) {
      if (IsValid(grant, now_) && !TresOf(grant.resource).empty()) resources.insert(grant.resource);
    }
    for (const std::string& resource : resources) AddLeft(id, resource);
    if (use_ == nullptr) return;
    for (const auto& [whose, ceiling] : account.login_ceilings) {
      const auto& [login, resource] = whose;
      const auto used = use_->logins.find({id, login, resource});
      const Amount spent = used == use_->logins.end() ? Amount() : used->second;
      if (TresOf(resource).empty()) continue;
      Line("ceiling ", id, " ", login, " ", resource, " ", Part(LeftOf(ceiling.amount, spent)));
    }
  }

  void AddLinks(const std::string& cluster) {
    for (const auto& [id, account] : wanted_.accounts) {
      for (const auto& [where, older] : account.links) {
        if (where == cluster) Line("account ", absl::AsciiStrToLower(older), " ", id);
      }
    }
  }

  std::string Take() {
    Line("end ", text_.size());
    return absl::StrCat("mesolys-submission 1 ", absl::ToUnixSeconds(now_), " ",
                        absl::Hex(DigestOf(text_), absl::kZeroPad16), "\n", text_);
  }

 private:
  template <typename... Parts>
  void Line(const Parts&... parts) {
    absl::StrAppend(&text_, parts..., "\n");
  }

  // This cluster's part, in a number that Lua has.
  int64_t Part(Amount amount) const {
    return std::min(amount, kAmountMax).count() / cluster_count_;
  }

  bool Spends(const std::string& id, Amount Remaining::*of) const {
    const auto found = standings_.find(id);
    return found != standings_.end() &&
           std::any_of(found->second.begin(), found->second.end(),
                       [of](const auto& each) { return each.second.*of > Amount(); });
  }

  void AddLeft(const std::string& id, const std::string& resource) {
    if (use_ == nullptr) return Line("left ", id, " ", resource, " unknown");
    const Remaining& remaining = standings_.at(id).at(resource);
    const bool is_bonus = rules_.has_bonus && remaining.left == Amount();
    Line("left ", id, " ", resource, " ", Part(is_bonus ? remaining.bonus : remaining.left));
  }

  // Of those that have not begun, the first.
  std::optional<absl::Time> NextOf(const SiteAccount& account) const {
    std::optional<absl::Time> next;
    for (const auto& [name, grant] : account.grants) {
      const bool is_to_come = grant.period.start > now_ && !IsEnded(grant, now_);
      if (!is_to_come || TresOf(grant.resource).empty()) continue;
      next = std::min(next.value_or(absl::InfiniteFuture()), grant.period.start);
    }
    return next;
  }

  const SiteState& wanted_;
  const SiteUse* const use_;
  const SubmissionRules& rules_;
  const absl::Time now_;
  const int64_t cluster_count_;
  std::map<std::string, std::map<std::string, Remaining>> standings_;
  std::string text_;
};

}  // namespace

std::string SubmissionText(const std::string& cluster, const SiteState& wanted, const SiteUse* use,
                           const PartitionModels& models, const SubmissionRules& rules,
                           absl::Time now) {
  Listing listing(wanted, use, rules, now);
  listing.AddRules();
  listing.AddPartitions(models);
  for (const auto& [id, account] : wanted.accounts) listing.AddProject(id, account);
  listing.AddLinks(cluster);
  return listing.Take();
}

}  // namespace mesolys::agent
