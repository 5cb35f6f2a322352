// `mesolys audit list|show`: the log, and what a row of it changed. `reconcile` is in
// client/usage/comparison.cc.

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "client/frame/command_tree.h"
#include "client/language/language.h"
#include "client/session/pages.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "mesolys/v1/office.pb.h"
#include "nlohmann/json.hpp"
#include "proto/runtime/convert.h"

namespace mesolys::client {
namespace {

constexpr int64_t kRowsShown = 100;

// What the log records, in words: the events of proto/mesolys/v1/stored.proto.
constexpr std::array kFacts = {TrLater("catalogue adopted"),
                               TrLater("project created"),
                               TrLater("account linked"),
                               TrLater("member added"),
                               TrLater("request submitted"),
                               TrLater("grant issued"),
                               TrLater("request decided"),
                               TrLater("usage reported"),
                               TrLater("jobs resettled"),
                               TrLater("grant changed"),
                               TrLater("reduction ordered"),
                               TrLater("ceilings confirmed"),
                               TrLater("job refunded"),
                               TrLater("window declared"),
                               TrLater("under use noticed"),
                               TrLater("member removed"),
                               TrLater("project archived"),
                               TrLater("mode set"),
                               TrLater("role given"),
                               TrLater("member ceiling set"),
                               TrLater("request withdrawn"),
                               TrLater("account unlinked"),
                               TrLater("import ordered"),
                               TrLater("import ended"),
                               TrLater("unknown")};

// What somebody said, by the names of the log.
constexpr std::array kSaid = {TrLater("reason"), TrLater("justification"), TrLater("necessity"),
                              TrLater("title"), TrLater("message")};

struct AuditOptions {
  std::string limit;
  std::string revision;
};

std::vector<Column> EntryColumns() {
  return {{"revision", Tr("REVISION"), true},
          {"time", Tr("WHEN")},
          {"actor", Tr("WHO")},
          {"facts", Tr("WHAT")},
          {"request_id", ""}};
}

// "grant changed, request decided" for people.
Cell FactsCell(const v1::AuditEntry& entry) {
  std::vector<std::string> texts;
  for (const std::string& fact : entry.facts()) {
    const std::string words = absl::StrReplaceAll(fact, {{"_", " "}});
    // One of a later scheduler is not among them.
    const bool is_known = std::find(kFacts.begin(), kFacts.end(), words) != kFacts.end();
    texts.push_back(is_known ? Tr(words.c_str()) : words);
  }
  Cell cell = TextsCell({entry.facts().begin(), entry.facts().end()});
  cell.text = TextsCell(texts).text;
  return cell;
}

std::vector<Cell> EntryRow(const v1::AuditEntry& entry, const absl::TimeZone& zone) {
  return {NumberCell(entry.revision()), MinuteCell(entry.has_time(), entry.time(), zone),
          IdentityCell(entry.actor()), FactsCell(entry), TextCell(entry.request_id())};
}

// A figure before or after; "" where there was none.
Cell FigureCell(const v1::Difference& difference, const std::string& text,
                const absl::TimeZone& zone) {
  if (text.empty()) return {"", nullptr};
  int64_t amount = 0;
  if (difference.form() == v1::Difference::AMOUNT && absl::SimpleAtoi(text, &amount)) {
    return AmountCell(difference.resource(), amount);
  }
  absl::Time time;
  std::string error;
  if (difference.form() == v1::Difference::TIME &&
      absl::ParseTime(absl::RFC3339_sec, text, &time, &error)) {
    return MinuteCell(/*given=*/true, ToProto(time), zone);
  }
  return TextCell(text);
}

// Every text of those names, wherever it stands.
void FindTexts(const nlohmann::ordered_json& json, std::vector<std::vector<Cell>>* rows) {
  for (const auto& [key, value] : json.items()) {
    const bool told = std::find(kSaid.begin(), kSaid.end(), key) != kSaid.end();
    if (told && json.is_object() && value.is_string()) {
      rows->push_back({StateCell(key), TextCell(value.get<std::string>())});
    } else if (value.is_structured()) {
      FindTexts(value, rows);
    }
  }
}

// What somebody said, for people: the text of an entry.
Table SaidTable(const std::string& content_json) {
  Table said{"said", {{"field", Tr("SAID AS")}, {"text", Tr("TEXT")}}, {}};
  const auto json =
      nlohmann::ordered_json::parse(content_json, nullptr, /*allow_exceptions=*/false);
  if (json.is_structured()) FindTexts(json, &said.rows);
  said.for_people = !said.rows.empty();
  return said;
}

absl::StatusOr<int64_t> ParseCount(const std::string& option, const std::string& text) {
  int64_t count = 0;
  if (absl::SimpleAtoi(text, &count) && count > 0) return count;
  return absl::InvalidArgumentError(Tr("$0: a number from 1 on is right", option));
}

absl::Status ListEvents(Session& session, const AuditOptions& options) {
  int64_t limit = kRowsShown;
  if (!options.limit.empty()) {
    absl::StatusOr<int64_t> asked = ParseCount("--limit", options.limit);
    if (!asked.ok()) return asked.status();
    limit = *asked;
  }
  const auto entries =
      ReadPages(session, v1::ListEventsRequest(), &v1::ListEventsResponse::entries, limit);
  if (!entries.ok()) return entries.status();
  Table table{"events", EntryColumns(), {}};
  for (const v1::AuditEntry& entry : *entries) {
    table.rows.push_back(EntryRow(entry, session.zone()));
  }
  session.Print({{table}, {}});
  return absl::OkStatus();
}

absl::Status ShowEvent(Session& session, const AuditOptions& options) {
  absl::StatusOr<int64_t> revision = ParseCount("REVISION", options.revision);
  if (!revision.ok()) return revision.status();
  v1::GetEventRequest request;
  request.set_revision(*revision);
  v1::AuditEvent event;
  if (absl::Status status = session.Read(request, event); !status.ok()) return status;
  Table one{"event", EntryColumns(), {EntryRow(event.entry(), session.zone())}, /*single=*/true};
  Table differences{"differences",
                    {{"what", Tr("FIGURE")}, {"before", Tr("BEFORE")}, {"after", Tr("AFTER")}},
                    {}};
  for (const v1::Difference& difference : event.differences()) {
    differences.rows.push_back({NameCell(difference.what()),
                                FigureCell(difference, difference.before(), session.zone()),
                                FigureCell(difference, difference.after(), session.zone())});
  }
  // As it is stored, with raw numbers, it is for programs; people read what people said.
  Table content{"content",
                {{"json", ""}},
                {{TextCell(event.content_json())}},
                /*single=*/false,
                /*for_people=*/false};
  session.Print({{one, differences, SaidTable(event.content_json()), content}, {}});
  return absl::OkStatus();
}

}  // namespace

void AddAudit(CommandTree& tree) {
  CLI::App& noun = tree.Noun("audit", Tr("The log of everything that was decided"));
  auto listed = std::make_shared<AuditOptions>();
  tree.Read(noun, "list", Tr("The newest entries"), {"mesolys audit list --limit 20"},
            [listed](Session& session) { return ListEvents(session, *listed); })
      .Option("--limit", "COUNT", &listed->limit, Tr("How many, 100 if not given"));
  auto shown = std::make_shared<AuditOptions>();
  tree.Read(noun, "show", Tr("One entry, with the figures before and after it"),
            {"mesolys audit show 17"},
            [shown](Session& session) { return ShowEvent(session, *shown); })
      .Argument("REVISION", &shown->revision, Tr("Its number"));
  AddReconcile(tree, noun);
}

}  // namespace mesolys::client
