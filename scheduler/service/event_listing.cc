#include "scheduler/service/event_listing.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "mesolys/v1/project.pb.h"
#include "mesolys/v1/stored.pb.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "proto/values/sentence.h"
#include "scheduler/store/event_codec.h"

namespace mesolys {
namespace {

absl::StatusOr<v1::AuditEntry> EntryOf(const LogRow& row, v1::StoredEvents& content) {
  if (!content.ParseFromString(row.body)) {
    return absl::DataLossError(Say("revision $0 cannot be read", row.revision).Render());
  }
  v1::AuditEntry entry;
  entry.set_revision(row.revision);
  *entry.mutable_time() = ToProto(absl::FromUnixMicros(row.time_us));
  entry.set_actor(row.actor);
  entry.set_request_id(row.request_id);
  entry.set_hash(row.hash);
  for (const v1::StoredEvent& event : content.events()) {
    const auto* kind =
        v1::StoredEvent::descriptor()->FindFieldByNumber(static_cast<int>(event.event_case()));
    entry.add_facts(kind == nullptr ? "unknown" : kind->name());
  }
  return entry;
}

struct Figure {
  std::string text;
  v1::Difference::Form form = v1::Difference::FORM_UNSPECIFIED;
  std::string resource{};  // of an amount
};
using Figures = std::map<std::string, Figure>;

std::string RoleText(ProjectRole role) {
  const auto number = static_cast<v1::Member::Role>(role);
  return absl::StrCat("role ", absl::AsciiStrToLower(v1::Member::Role_Name(number)));
}

// Every figure that an auditor may ask for, by name.
Figures FiguresOf(const Ledger& ledger) {
  Figures figures;
  for (const auto& [id, entry] : ledger.projects()) {
    const std::string name = ProjectName(id);
    for (const auto& [user, member] : entry.members) {
      figures[absl::StrCat(name, " member ", user)] = {RoleText(member.member.role)};
      for (const auto& [place, ceiling] : member.ceilings) {
        figures[absl::StrCat(name, " member ", user, " limit ", place.first, " ", place.second)] = {
            absl::StrCat(ceiling.amount.count()), v1::Difference::AMOUNT, place.second};
      }
    }
    for (const auto& [cluster, account] : entry.links) {
      figures[absl::StrCat(name, " account ", cluster, ":", account)] = {"linked"};
    }
    if (entry.archived) figures[absl::StrCat(name, " archived")] = {"yes"};
  }
  for (const GrantEntry& entry : ledger.grants()) {
    const Grant& grant = entry.grant;
    const std::string name = GrantName(grant.project, grant.number);
    const Totals used = entry.Used();
    const auto amount = [&grant](Amount value) {
      return Figure{absl::StrCat(value.count()), v1::Difference::AMOUNT, grant.resource};
    };
    figures[absl::StrCat(name, " granted")] = amount(grant.amount);
    figures[absl::StrCat(name, " spent")] = amount(used.Spent());
    figures[absl::StrCat(name, " committed")] = amount(used.committed);
    figures[absl::StrCat(name, " end")] = {
        absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", grant.period.end, absl::UTCTimeZone()),
        v1::Difference::TIME};
    if (entry.revoked) figures[absl::StrCat(name, " revoked")] = {"yes"};
    for (const auto& [site, ceiling] : grant.ceilings) {
      figures[absl::StrCat(name, " ceiling ", site)] = amount(ceiling);
      figures[absl::StrCat(name, " held ", site)] = amount(entry.held.at(site));
    }
  }
  return figures;
}

void AddDifferences(const Figures& before, const Figures& after, v1::AuditEvent& out) {
  Figures all = before;
  all.insert(after.begin(), after.end());
  const auto value = [](const Figures& figures, const std::string& what) {
    const auto it = figures.find(what);
    return it == figures.end() ? std::string() : it->second.text;
  };
  for (const auto& [what, figure] : all) {
    if (value(before, what) == value(after, what)) continue;
    v1::Difference& difference = *out.add_differences();
    difference.set_what(what);
    difference.set_before(value(before, what));
    difference.set_after(value(after, what));
    difference.set_form(figure.form);
    difference.set_resource(figure.resource);
  }
}

}  // namespace

absl::Status ListEvents(const Engine& engine, const Page& page, v1::ListEventsResponse& out) {
  absl::StatusOr<int64_t> shown = LastNumber(page);
  if (!shown.ok()) return shown.status();
  const int64_t before = *shown == 0 ? engine.head().revision + 1 : *shown;
  const int64_t first = std::max<int64_t>(1, before - static_cast<int64_t>(page.size));
  std::vector<v1::AuditEntry> entries;
  absl::Status status = engine.store().Read(first, [&](const LogRow& row) -> absl::Status {
    if (row.revision >= before) return absl::CancelledError("the page is full");
    v1::StoredEvents content;
    absl::StatusOr<v1::AuditEntry> entry = EntryOf(row, content);
    if (!entry.ok()) return entry.status();
    entries.push_back(*std::move(entry));
    return absl::OkStatus();
  });
  if (!status.ok() && !absl::IsCancelled(status)) return status;
  for (auto it = entries.rbegin(); it != entries.rend(); ++it) *out.add_entries() = *it;
  if (first > 1) out.set_next_page_token(PageToken(absl::StrCat(first)));
  return absl::OkStatus();
}

absl::Status FindEvent(const Engine& engine, int64_t revision, v1::AuditEvent& out) {
  Ledger ledger;
  Figures before;
  bool found = false;
  absl::Status status = engine.store().Read(1, [&](const LogRow& row) -> absl::Status {
    if (row.revision > revision) return absl::CancelledError("far enough");
    if (row.revision == revision) before = FiguresOf(ledger);
    absl::StatusOr<std::vector<Event>> events = DecodeEvents(row.body);
    if (!events.ok()) return events.status();
    for (const Event& event : *events) {
      ledger.Apply(event, absl::FromUnixMicros(row.time_us), row.revision);
    }
    if (row.revision < revision) return absl::OkStatus();
    found = true;
    v1::StoredEvents content;
    absl::StatusOr<v1::AuditEntry> entry = EntryOf(row, content);
    if (!entry.ok()) return entry.status();
    *out.mutable_entry() = *std::move(entry);
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    const auto printed =
        google::protobuf::util::MessageToJsonString(content, out.mutable_content_json(), options);
    return printed.ok() ? absl::OkStatus() : absl::InternalError(printed.ToString());
  });
  if (!status.ok() && !absl::IsCancelled(status)) return status;
  if (!found) {
    return Refuse(
        Reason::kUnknownEvent,
        Say("the log has no revision $0; its newest is $1", revision, engine.head().revision),
        {{"newest", absl::StrCat(engine.head().revision)}});
  }
  AddDifferences(before, FiguresOf(ledger), out);
  return absl::OkStatus();
}

}  // namespace mesolys
