#ifndef MESOLYS_CLIENT_SITE_UNSETTLED_H_
#define MESOLYS_CLIENT_SITE_UNSETTLED_H_

// What a site could not settle, as tables.

#include "absl/time/time.h"
#include "client/show/output.h"
#include "mesolys/v1/site.pb.h"

namespace mesolys::client {

// Jobs of which accounting knows no end, and that should have had one.
Table RunawaysTable(const v1::Site& site, const absl::TimeZone& zone);

// Rows of accounting that nobody can settle, with what is held back for each; by resource.
Table HeldRowsTable(const v1::Site& site, const absl::TimeZone& zone);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_SITE_UNSETTLED_H_
