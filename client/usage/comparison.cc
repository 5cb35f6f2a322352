#include "client/usage/comparison.h"

#include <chrono>

#include "client/frame/arguments.h"
#include "client/language/known_sentence.h"
#include "client/language/language.h"
#include "client/session/failure.h"
#include "client/show/cells.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"

namespace mesolys::client {
namespace {

// A slice of accounting is read within two minutes, and an agent asks every half a minute.
constexpr std::chrono::minutes kAgentUnheardMax(4);
constexpr std::chrono::seconds kBetweenWords(5);

absl::Status Silent(const std::string& site) {
  return WithExit(
      absl::UnavailableError(Tr("the agent of $0 has told nothing for 4 minutes; `mesolys site "
                                "show $0` says when it was seen and what hinders it",
                                site)),
      ExitCode::kFailed);
}

}  // namespace

absl::StatusOr<Period> ParseAccountedPeriod(const Session& session, const std::string& from,
                                            const std::string& to) {
  const absl::StatusOr<absl::Time> start = ParseLocalInstant("--from", from, session.zone());
  if (!start.ok()) return start.status();
  const absl::StatusOr<absl::Time> end = ParseLocalInstant("--to", to, session.zone());
  if (!end.ok()) return end.status();
  if (*end <= *start) {
    return absl::InvalidArgumentError(Tr("--to $0 must be after --from $1", to, from));
  }
  return Period{*start, *end};
}

absl::StatusOr<v1::UsageComparison> CompareUsage(Session& session, const std::string& site,
                                                 const Period& period) {
  v1::CompareUsageRequest request;
  request.set_site(site);
  *request.mutable_period() = ToProto(period);
  v1::UsageComparison comparison;
  if (absl::Status s = session.Read(request, comparison); !s.ok()) return s;
  v1::GetUsageComparisonRequest again;
  again.set_site(site);
  again.set_number(comparison.number());
  auto heard = std::chrono::steady_clock::now();
  auto said = heard;
  while (comparison.state() == v1::UsageComparison::RUNNING) {
    session.Pause();
    v1::UsageComparison next;
    if (absl::Status s = session.Read(again, next); !s.ok()) {
      if (!absl::IsNotFound(s)) return s;
      return WithExit(absl::AbortedError(Tr("the scheduler was started anew meanwhile and has "
                                            "forgotten what was compared; give the command again")),
                      ExitCode::kFailed);
    }
    const auto now = std::chrono::steady_clock::now();
    const bool is_further =
        next.job_count() != comparison.job_count() ||
        next.told_until_time().seconds() != comparison.told_until_time().seconds();
    if (is_further) heard = now;
    comparison = next;
    if (now - heard > kAgentUnheardMax) return Silent(ShortName(site));
    if (now - said < kBetweenWords || !comparison.has_told_until_time()) continue;
    said = now;
    session.Say(
        TrCount("$1 has told $0 job, up to $2", "$1 has told $0 jobs, up to $2",
                comparison.job_count(), ShortName(site),
                MinuteCell(/*given=*/true, comparison.told_until_time(), session.zone()).text));
  }
  if (comparison.state() == v1::UsageComparison::DONE) return comparison;
  return WithExit(absl::AbortedError(Tr("$0 could not tell its accounting: $1", ShortName(site),
                                        Told(comparison.problem()))),
                  ExitCode::kFailed);
}

}  // namespace mesolys::client
