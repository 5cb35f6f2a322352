#include "tests/fakes/ledger_text.h"

#include "absl/strings/str_cat.h"

namespace mesolys {
namespace {

std::string Text(absl::Time time) { return absl::StrCat(absl::ToUnixNanos(time)); }

std::string Text(const Period& period) {
  return absl::StrCat(Text(period.start), "-", Text(period.end));
}

std::string Text(const UsageCurve& curve) {
  std::string text;
  for (const CurvePoint& point : curve) {
    absl::StrAppend(&text, " ", Text(point.time), "=", point.share.count());
  }
  return text;
}

std::string Text(const Totals& totals) {
  return absl::StrCat(totals.settled.count(), " ", totals.in_flight.count(), " ",
                      totals.committed.count(), " ", totals.refund.count());
}

std::string Text(const RequestLine& line) {
  std::string text = absl::StrCat(line.resource, " ", line.amount.count(), " ",
                                  line.minimum.count(), line.derived ? " derived" : "", " at");
  for (const std::string& site : line.sites) absl::StrAppend(&text, " ", site);
  return text;
}

void AppendProject(const Ledger& ledger, const ProjectEntry& entry, std::string& out) {
  const Project& project = entry.project;
  absl::StrAppend(&out, "project ", project.id, " \"", project.title, "\" ", project.institution,
                  " ", project.programme, " ", project.data_class, " <", project.parent, "> ",
                  project.pi, " ", Text(project.period), " created ", Text(entry.create_time), " r",
                  entry.revision, "\n");
  for (const auto& [user, member] : entry.members) {
    absl::StrAppend(&out, "  member ", user, " ", member.member.user, " ",
                    static_cast<int>(member.member.role), " ", Text(member.add_time), " ",
                    Text(member.member.term));
    for (const auto& [site, login] : member.member.logins) {
      absl::StrAppend(&out, " ", site, ":", login);
    }
    for (const auto& [place, ceiling] : member.ceilings) {
      absl::StrAppend(&out, " ceiling ", place.first, " ", place.second, " ",
                      ceiling.amount.count(), " since ", Text(ceiling.set_time));
    }
    out += "\n";
  }
  for (const auto& [cluster, account] : entry.links) {
    absl::StrAppend(&out, "  link ", cluster, ":", account, " bills to ",
                    ledger.ProjectOf(cluster, account)->project.id, "\n");
  }
  for (int64_t number : entry.requests) absl::StrAppend(&out, "  request ", number, "\n");
  for (int64_t number : entry.grants) absl::StrAppend(&out, "  grant ", number, "\n");
}

void AppendRequest(const RequestEntry& entry, std::string& out) {
  const Request& request = entry.request;
  absl::StrAppend(&out, "request ", request.number, " ", request.project, " ", Text(request.period),
                  " \"", request.justification, "\" \"", request.necessity, "\" ",
                  request.energy_median_watt_hours, " ", request.energy_p90_watt_hours, " ",
                  request.requester, " ", Text(entry.decide_time), " -> ", entry.outcome.request,
                  " state ", static_cast<int>(entry.outcome.state), " \"", entry.outcome.reason,
                  "\" track ", static_cast<int>(request.track), Text(request.curve), "\n");
  for (const RequestLine& line : request.lines) absl::StrAppend(&out, "  ", Text(line), "\n");
  for (const Refusal& refusal : entry.outcome.refusals) {
    absl::StrAppend(&out, "  ", ReasonName(refusal.reason), " ", refusal.message);
    for (const auto& [key, value] : refusal.metadata) absl::StrAppend(&out, " ", key, "=", value);
    out += "\n";
  }
  for (int64_t number : entry.grants) absl::StrAppend(&out, "  grant ", number, "\n");
}

void AppendGrant(const Ledger& ledger, const GrantEntry& entry, std::string& out) {
  const Grant& grant = entry.grant;
  absl::StrAppend(&out, "grant ", grant.number, " ", grant.project, " ", grant.resource, " ",
                  grant.amount.count(), " ", Text(grant.period), " of request ", grant.request, " ",
                  grant.pi, " ", grant.programme, " ", grant.normalised.count(), " ",
                  Text(grant.issue_time), entry.revoked ? " revoked" : "", " ends ",
                  Text(entry.EndProper()), " changed ", entry.changes.size(), " times",
                  Text(grant.curve), "\n");
  for (const auto& [site, held] : entry.held) {
    absl::StrAppend(&out, "  held ", site, " ", held.count(),
                    entry.lowered.contains(site) ? " awaited" : "", "\n");
  }
  for (const auto& [site, time] : entry.ended) {
    absl::StrAppend(&out, "  over at ", site, " ", Text(time), "\n");
  }
  for (const ReductionOrder& order : entry.orders) {
    absl::StrAppend(&out, "  order ", order.number, " ", static_cast<int>(order.kind), " ",
                    order.amount.count(), "\n");
  }
  for (const auto& [site, month, amount] : grant.placements) {
    absl::StrAppend(&out, "  placed ", site, " ", month.Label(), " ", amount.count(), " of ",
                    ledger.Placed(site, grant.resource, month).count(), "\n");
  }
  const int year = ledger.catalogue().MonthAt(grant.issue_time).year();
  for (const auto& [site, ceiling] : grant.ceilings) {
    absl::StrAppend(&out, "  ceiling ", site, " ", ceiling.count(), " drawn ",
                    ledger.ReserveDrawn(site, grant.resource, year).count(), " payers");
    for (const Payer& payer : ledger.Payers(grant.project, grant.resource, site)) {
      absl::StrAppend(&out, " ", payer.grant, ":", Text(payer.period));
    }
    out += "\n";
  }
  for (const absl::Time since : {absl::UnixEpoch(), grant.issue_time}) {
    absl::StrAppend(
        &out, "  given ", ledger.DynamicNormalised(grant.pi, grant.programme, since).count(), " ",
        ledger.DynamicAmount(grant.pi, grant.programme, grant.resource, since).count(), "\n");
  }
}

}  // namespace

std::string UseTextOf(const Ledger& ledger) {
  std::string out;
  for (const GrantEntry& entry : ledger.grants()) {
    for (const auto& [site, totals] : entry.used) {
      if (totals == Totals()) continue;
      absl::StrAppend(&out, "grant ", entry.grant.number, " at ", site, ": ", Text(totals), "\n");
    }
  }
  for (const auto* uses : {&ledger.uncovered(), &ledger.unassigned()}) {
    for (const auto& [key, totals] : *uses) {
      if (totals == Totals()) continue;
      absl::StrAppend(&out, "<", key.project, "> ", key.cluster, ":", key.account, " ",
                      key.resource, ": ", Text(totals), "\n");
    }
  }
  return out;
}

std::string TextOf(const Ledger& ledger) {
  std::string out = absl::StrCat("revision ", ledger.revision(), " ", Text(ledger.time()), " ",
                                 ledger.catalogue_digest(), "\n");
  for (const auto& [id, site] : ledger.catalogue().sites) {
    absl::StrAppend(&out, "site ", id, " generation ", ledger.Generation(id), " ",
                    Text(ledger.GenerationTime(id)), " correction ", ledger.CorrectionRevision(id));
    for (const std::string& cluster : site.clusters) {
      absl::StrAppend(&out, " ", cluster, ":", ledger.SiteOf(cluster));
    }
    out += "\n";
  }
  for (const auto& [id, entry] : ledger.projects()) AppendProject(ledger, entry, out);
  for (int64_t number = 1; number < ledger.next_request(); ++number) {
    AppendRequest(*ledger.FindRequest(number), out);
  }
  for (const GrantEntry& entry : ledger.grants()) AppendGrant(ledger, entry, out);
  for (const auto& [account, last] : ledger.unsettled_accounts()) {
    absl::StrAppend(&out, "unsettled ", account.first, ":", account.second, " after ");
    if (last.has_value()) {
      absl::StrAppend(&out, last->cluster, " ", last->job_id, " ", Text(last->submit_time));
    }
    out += "\n";
  }
  return out + UseTextOf(ledger);
}

}  // namespace mesolys
