#ifndef MESOLYS_CLIENT_REQUEST_REQUEST_SITES_H_
#define MESOLYS_CLIENT_REQUEST_REQUEST_SITES_H_

// Where a request may be granted, as people write it with --site, and as it is shown to them.
// Pure; any thread.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/show/output.h"
#include "mesolys/v1/grant.pb.h"
#include "mesolys/v1/request.pb.h"

namespace mesolys::client {

// Each "psmn", so that what is granted follows its use to any of them, as it does to every site
// where none is named; or each "psmn=600h", a split, of several resources "psmn=cpu:600h". The
// lines are there. INVALID_ARGUMENT says what would be right.
absl::Status AddSites(const std::vector<std::string>& texts, v1::Request* request);

// "psmn", "any of psmn, p2chpd", "psmn 600 h, p2chpd 400 h".
Cell SitesCell(const v1::RequestLine& line);
// "psmn 600 h, p2chpd 400 h"; with one site, its name.
Cell CeilingSitesCell(const v1::Grant& grant);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_REQUEST_REQUEST_SITES_H_
