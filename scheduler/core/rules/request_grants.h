#ifndef MESOLYS_SCHEDULER_CORE_RULES_REQUEST_GRANTS_H_
#define MESOLYS_SCHEDULER_CORE_RULES_REQUEST_GRANTS_H_

// The grants that a request becomes, however it is decided: where its lines may go, in which order
// they choose, and what is issued. Pure.

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/facts/grant.h"
#include "scheduler/core/facts/request.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// GPUs first: they are scarce, and they bring cores; storage after compute, which it follows.
std::vector<RequestLine> InOrderOfChoice(std::vector<RequestLine> lines);

// Why neither the project's data nor hours of the resource may be at a site: NOT_FOUND for one that
// there is not, FAILED_PRECONDITION where it is not certified or has none.
absl::Status CheckSite(const Ledger& ledger, const ProjectEntry& project, const std::string& site,
                       const std::string& resource);

// The sites that the line names, or all, that are certified for the project's data and have the
// resource. An error says why there is none, or why a site of a split is not among them.
absl::StatusOr<std::vector<std::string>> AllowedSites(const Ledger& ledger,
                                                      const ProjectEntry& project,
                                                      const RequestLine& line);

class RequestGrants {
 public:
  // The ledger and the request must outlive it; the request has its number.
  RequestGrants(const Ledger& ledger, const Request& request, absl::Time now)
      : ledger_(ledger), request_(request), now_(now) {}

  // A grant of so much by site, with its promises of capacity, whose ceilings follow the use to
  // `any_of`; none for nothing. Derived ones, the cores that come with GPUs, are part of the price
  // of the GPUs. Returns the whole of it.
  Amount Add(const std::string& resource, const std::map<std::string, Amount>& by_site,
             std::vector<std::string> any_of, bool derived);

  bool empty() const { return grants_.empty(); }
  std::vector<Grant> Take() { return std::move(grants_); }

 private:
  const Ledger& ledger_;
  const Request& request_;
  const absl::Time now_;
  std::vector<Grant> grants_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_REQUEST_GRANTS_H_
