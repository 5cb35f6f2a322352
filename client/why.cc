// `mesolys why NAME`: why a request, a grant or a project stands as it does.

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/arguments.h"
#include "client/cells.h"
#include "client/command_tree.h"
#include "client/session.h"
#include "mesolys/v1/allocation_service.pb.h"

namespace mesolys {
namespace {

// PROJECT, PROJECT/gNUMBER or PROJECT/rNUMBER.
absl::StatusOr<std::string> ParseSubject(const std::string& text) {
  if (!absl::StrContains(text, '/')) return ParseProject(text);
  absl::StatusOr<std::string> request = ParseRequest(text);
  return request.ok() ? request : ParseGrant(text);
}

absl::Status Explain(Session& session, const std::string& text) {
  absl::StatusOr<std::string> name = ParseSubject(text);
  if (!name.ok()) return name.status();
  v1::ExplainRequest request;
  request.set_name(*name);
  v1::Explanation explanation;
  if (absl::Status status = session.Read(request, explanation); !status.ok()) return status;
  Table table{"because", {{"sentence", "BECAUSE"}}, {}};
  for (const std::string& sentence : explanation.sentences()) {
    table.rows.push_back({TextCell(sentence)});
  }
  session.Print({{table}, {}});
  return absl::OkStatus();
}

}  // namespace

void AddWhy(CommandTree& tree) {
  auto name = std::make_shared<std::string>();
  tree.Read(tree.root(), "why", "Why a request, a grant or a project stands as it does",
            {"mesolys why proj_a/r5", "mesolys why proj_a/g17", "mesolys why proj_a"},
            [name](Session& session) { return Explain(session, *name); })
      .Argument("NAME", name.get(), "PROJECT, PROJECT/gNUMBER or PROJECT/rNUMBER");
}

}  // namespace mesolys
