#include "scheduler/core/rules/import_rules.h"

#include <algorithm>

#include "proto/values/reason.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/rules/grant_rules.h"

namespace mesolys {
namespace {

std::string Text(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

}  // namespace

absl::Status CheckAccountedPeriod(const Ledger& ledger, const std::string& site,
                                  const Period& period, absl::Time now) {
  if (!ledger.catalogue().sites.contains(site)) {
    return NoSite(site);
  }
  if (period.Seconds() == 0 || period.start < absl::UnixEpoch()) {
    return Refuse(Reason::kInvalidPeriod,
                  Say("the span from $0 to $1 is empty: the end must lie after the start",
                      Text(period.start), Text(period.end)),
                  {{"start", Text(period.start)}, {"end", Text(period.end)}});
  }
  if (period.end > now) {
    return Refuse(Reason::kInvalidPeriod,
                  Say("the span ends at $0, which has not come yet: it may end at $1 at the latest",
                      Text(period.end), Text(now)),
                  {{"end", Text(period.end)}, {"end_max", Text(now)}});
  }
  return absl::OkStatus();
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const OrderImport& command) {
  UsageImport import = command.import;
  absl::Status checked = CheckAccountedPeriod(at.ledger, import.site, import.period, at.now);
  if (!checked.ok()) return checked;
  import.number = static_cast<int64_t>(at.ledger.imports().size()) + 1;
  return Verdict{{ImportOrdered{std::move(import)}}, {}};
}

bool IsOpenImport(const Ledger& ledger, const std::string& site, int64_t number) {
  const std::vector<ImportEntry>& imports = ledger.imports();
  if (number < 1 || number > static_cast<int64_t>(imports.size())) return false;
  const ImportEntry& entry = imports[static_cast<size_t>(number) - 1];
  return entry.import.site == site && !entry.result.has_value();
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const EndImport& command) {
  if (!IsOpenImport(at.ledger, command.site, command.number))
    return Verdict{{}, {}, /*recorded=*/false};
  return Verdict{{ImportEnded{command.number, command.result}}, {}};
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const DismissRows& command) {
  const Dismissal& dismissal = command.dismissal;
  if (!at.ledger.catalogue().sites.contains(dismissal.site)) return NoSite(dismissal.site);
  if (dismissal.first < 1 || dismissal.last < dismissal.first) {
    return Refuse(Reason::kInvalidArgument,
                  Say("$0 to $1 are no rows: give the number of one, or the first and the last, as "
                      "`mesolys site show $2` has them",
                      dismissal.first, dismissal.last, dismissal.site));
  }
  if (absl::Status s = CheckReason(dismissal.reason); !s.ok()) return s;
  return Verdict{{RowsDismissed{dismissal}}, {}};
}

}  // namespace mesolys
