#ifndef MESOLYS_PROTO_VALUES_NAMES_H_
#define MESOLYS_PROTO_VALUES_NAMES_H_

// Which identifiers are allowed, and the resource names built from them (AIP-122). Parsers answer
// INVALID_ARGUMENT with what would be right. Pure; any thread.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/values/sentence.h"

namespace mesolys {

// `project "proj_a"`, as an argument of a sentence; `what` names the thing.
Sentence Named(absl::string_view what, absl::string_view name);

// Projects, sites, clusters, programmes, institutions, data classes: [a-z][a-z0-9_-]{0,29}. `what`
// names the thing in the error.
absl::Status CheckId(absl::string_view what, absl::string_view id);

// A Slurm account or Unix login of a site: [A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}.
absl::Status CheckLogin(absl::string_view what, absl::string_view login);

// `cpu`, `gpu-<model>`, `storage-<tier>` or `support`. Models are names that drivers and sites
// give: [a-z0-9][a-z0-9_.+-]{0,63}.
absl::Status CheckResource(absl::string_view resource);

enum class ResourceKind { kCpu, kGpu, kStorage, kSupport };

// Of a resource that passed CheckResource.
ResourceKind KindOf(absl::string_view resource);

// A stock is held, a flow is used up.
inline bool IsStock(absl::string_view resource) {
  return KindOf(resource) == ResourceKind::kStorage;
}

// "projects/{id}" and back.
std::string ProjectName(absl::string_view project);
absl::StatusOr<std::string> ParseProjectName(absl::string_view name);

// "sites/{id}" and back.
std::string SiteName(absl::string_view site);
absl::StatusOr<std::string> ParseSiteName(absl::string_view name);

// Grants and requests are numbered over the whole ledger from 1: "projects/{id}/grants/g17".
struct NumberedName {
  std::string project;
  int64_t number = 0;
};
std::string GrantName(absl::string_view project, int64_t grant);
absl::StatusOr<NumberedName> ParseGrantName(absl::string_view name);
std::string RequestName(absl::string_view project, int64_t request);
absl::StatusOr<NumberedName> ParseRequestName(absl::string_view name);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_VALUES_NAMES_H_
