// `mesolys usage dismiss`: rows of accounting that will never be read hold nothing back any more.
#include "client/usage/dismissal.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "client/frame/arguments.h"
#include "client/language/language.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "mesolys/v1/usage.pb.h"
#include "proto/values/quoted.h"

namespace mesolys::client {
namespace {

struct DismissalOptions {
  std::string site;
  std::string rows;
  std::string reason;
};

// "17", or "17-19".
absl::StatusOr<std::pair<int64_t, int64_t>> ParseRows(const std::string& text) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('-', 1));
  std::pair<int64_t, int64_t> rows;
  const bool is_range = absl::StrContains(text, '-');
  if (absl::SimpleAtoi(parts.first, &rows.first) &&
      absl::SimpleAtoi(is_range ? parts.second : parts.first, &rows.second) && rows.first > 0 &&
      rows.first <= rows.second) {
    return rows;
  }
  return absl::InvalidArgumentError(Tr(
      "$0 are no rows; write the number of one, or the first and the last, as `mesolys site show` "
      "has them: 17, or 17-19",
      Quoted(text)));
}

absl::Status Dismiss(Session& session, const DismissalOptions& options) {
  const absl::StatusOr<std::string> site = ParseSite(options.site);
  if (!site.ok()) return site.status();
  const auto rows = ParseRows(options.rows);
  if (!rows.ok()) return rows.status();
  v1::DismissRowsRequest request;
  request.set_site(*site);
  request.set_first(rows->first);
  request.set_last(rows->second);
  request.set_reason(options.reason);
  v1::DismissRowsResponse answer;
  if (absl::Status status = session.Change(request, answer); !status.ok()) return status;
  Table table{
      "dismissal",
      {{"site", Tr("SITE")}, {"first", Tr("FIRST ROW"), true}, {"last", Tr("LAST ROW"), true}},
      {{NameCell(answer.site()), NumberCell(answer.first()), NumberCell(answer.last())}},
      /*single=*/true};
  session.Print({{table}, {}});
  session.Say(session.dry_run()
                  ? Tr("rows $0 to $1 of $2 would hold nothing back any more, and nothing would be "
                       "charged for them",
                       answer.first(), answer.last(), ShortName(answer.site()))
                  : Tr("rows $0 to $1 of $2 hold nothing back any more, and nothing is charged for "
                       "them",
                       answer.first(), answer.last(), ShortName(answer.site())));
  return absl::OkStatus();
}

}  // namespace

void AddDismissal(CommandTree& tree, CLI::App& noun) {
  auto options = std::make_shared<DismissalOptions>();
  tree.Change(
          noun, "dismiss",
          Tr("Give free what a site holds back for rows of its accounting that nobody can read"),
          {"mesolys usage dismiss psmn 17 --reason \"Cancelled before it began\"",
           "mesolys usage dismiss psmn 17-19 --reason TEXT --dry-run"},
          [options](Session& session) { return Dismiss(session, *options); })
      .Argument("SITE", &options->site, Tr("Its id"))
      .Argument("ROWS", &options->rows,
                Tr("Their numbers, as `mesolys site show` has them: 17, or 17-19"))
      .RequiredOption("--reason", "TEXT", &options->reason, Tr("Why; kept with the entry"));
}

}  // namespace mesolys::client
