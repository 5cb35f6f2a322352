#include "scheduler/core/rules/request_grants.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "proto/values/names.h"
#include "proto/values/reason.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/figures/placement.h"

namespace mesolys {
namespace {

int Order(const RequestLine& line) {
  switch (KindOf(line.resource)) {
    case ResourceKind::kGpu:
      return 0;
    case ResourceKind::kCpu:
      return 1;
    case ResourceKind::kStorage:
      return 2;
    case ResourceKind::kSupport:
      return 3;
  }
  return 4;
}

}  // namespace

std::vector<RequestLine> InOrderOfChoice(std::vector<RequestLine> lines) {
  std::stable_sort(lines.begin(), lines.end(),
                   [](const RequestLine& a, const RequestLine& b) { return Order(a) < Order(b); });
  return lines;
}

absl::Status CheckSite(const Ledger& ledger, const ProjectEntry& project, const std::string& site,
                       const std::string& resource) {
  const Catalogue& catalogue = ledger.catalogue();
  const std::string& data_class = project.project.data_class;
  if (absl::Status s = CheckId("site", site); !s.ok()) return s;
  if (!catalogue.sites.contains(site)) return NoSite(site);
  if (!catalogue.IsCertified(site, data_class)) {
    return Refuse(Reason::kSiteNotCertified,
                  Say("data of class $0 may not go to $1", data_class, site),
                  {{"site", site}, {"data_class", data_class}});
  }
  if (!catalogue.Offers(catalogue.sites.at(site), resource)) {
    return Refuse(Reason::kSiteLacksResource,
                  Say("$0 has no $1; see `mesolys site show $0`", site, resource),
                  {{"site", site}, {"resource", resource}});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> AllowedSites(const Ledger& ledger,
                                                      const ProjectEntry& project,
                                                      const RequestLine& line) {
  const Catalogue& catalogue = ledger.catalogue();
  const std::string& data_class = project.project.data_class;
  std::vector<std::string> certified;
  std::vector<std::string> allowed;
  for (const auto& [id, site] : catalogue.sites) {
    if (!catalogue.IsCertified(id, data_class)) continue;
    certified.push_back(id);
    const bool named = line.sites.empty() ||
                       std::find(line.sites.begin(), line.sites.end(), id) != line.sites.end();
    if (named && catalogue.Offers(site, line.resource)) allowed.push_back(id);
  }
  for (const auto& [id, amount] : line.by_site) {
    if (absl::Status s = CheckSite(ledger, project, id, line.resource); !s.ok()) return s;
  }
  if (!allowed.empty()) return allowed;
  const auto is_certified = [&](const std::string& id) {
    return std::find(certified.begin(), certified.end(), id) != certified.end();
  };
  if (!line.sites.empty() && std::none_of(line.sites.begin(), line.sites.end(), is_certified)) {
    return Refuse(Reason::kSiteNotCertified,
                  Say("$0: data of class $1 may go to $2 only; asked: $3", line.resource,
                      data_class, absl::StrJoin(certified, ", "), absl::StrJoin(line.sites, ", ")),
                  {{"data_class", data_class}, {"certified_sites", absl::StrJoin(certified, " ")}});
  }
  return Refuse(
      Reason::kSiteLacksResource,
      Say("none of the sites allowed ($0) has $1; see `mesolys site show SITE`",
          absl::StrJoin(line.sites.empty() ? certified : line.sites, ", "), line.resource),
      {{"resource", line.resource}});
}

Amount RequestGrants::Add(const std::string& resource, const std::map<std::string, Amount>& by_site,
                          std::vector<std::string> any_of, bool derived) {
  const Project& project = ledger_.FindProject(request_.project)->project;
  Grant grant;
  for (const auto& [site, amount] : by_site) {
    const Room room(ledger_, site, resource, request_.period, now_);
    for (Placement& placement : room.Place(amount)) {
      grant.placements.push_back(std::move(placement));
    }
    grant.ceilings[site] = amount;
    grant.amount += amount;
  }
  if (grant.amount == Amount()) return grant.amount;
  grant.number = ledger_.next_grant() + static_cast<int64_t>(grants_.size());
  grant.project = project.id;
  grant.resource = resource;
  grant.period = request_.period;
  grant.request = request_.number;
  grant.pi = project.pi;
  grant.programme = project.programme;
  if (!derived) {
    grant.normalised = Normalise(grant.amount, ledger_.catalogue().RateOf(resource, now_));
  }
  grant.issue_time = now_;
  grant.of_call = request_.track == Track::kCall;
  grant.any_of = std::move(any_of);
  if (!IsStock(resource)) {
    grant.bonus = ledger_.catalogue().programmes.at(project.programme).bonus;
    grant.curve = request_.curve;
  }
  grants_.push_back(std::move(grant));
  return grants_.back().amount;
}

}  // namespace mesolys
