#ifndef MESOLYS_CLIENT_SITE_SITE_WINDOW_H_
#define MESOLYS_CLIENT_SITE_SITE_WINDOW_H_

// Incidents and maintenance: how `site show` lists them, and the verbs of `mesolys site` that
// declare them. One thread; the table is pure.

#include "absl/time/time.h"
#include "client/frame/command_tree.h"
#include "client/show/output.h"
#include "google/protobuf/repeated_field.h"
#include "mesolys/v1/site.pb.h"

namespace mesolys::client {

// One row per window, under the key "windows"; nothing for people where there is none.
Table WindowsTable(const google::protobuf::RepeatedPtrField<v1::SiteWindow>& windows,
                   const absl::TimeZone& zone);

// For AddSite, whose noun it is.
void AddSiteWindow(CommandTree& tree, CLI::App& noun);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_SITE_SITE_WINDOW_H_
