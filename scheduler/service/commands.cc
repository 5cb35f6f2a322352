#include "scheduler/service/commands.h"

#include "absl/strings/str_cat.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "proto/values/reason.h"

namespace mesolys {
namespace {

constexpr int kRecordsMax = 2'000;
constexpr size_t kReportBytesMax = 1 << 20;

Refusal RefusalFrom(const absl::Status& status) {
  return RefusalOf(status).value_or(
      Refusal{Reason::kRecordInvalid, std::string(status.message()), {}});
}

}  // namespace

absl::Status CheckReportSize(int record_count, size_t byte_count) {
  if (record_count <= kRecordsMax && byte_count <= kReportBytesMax) return absl::OkStatus();
  return Refuse(
      Reason::kTooManyRecords,
      Say("a report has at most $0 records and $1 bytes; this one $2 and $3: send it in parts",
          kRecordsMax, kReportBytesMax, record_count, byte_count),
      {{"records", absl::StrCat(record_count)}});
}

absl::StatusOr<Command> ToCommand(const v1::CreateProjectRequest& in) {
  CreateProject command;
  absl::StatusOr<std::string> id = ParseProjectName(in.project().name());
  if (!id.ok()) return id.status();
  absl::StatusOr<Period> period = FromProto(in.project().period());
  if (!period.ok()) return period.status();
  Project& project = command.project;
  project.id = *std::move(id);
  project.title = in.project().title();
  project.institution = in.project().institution();
  project.programme = in.project().programme();
  project.data_class = in.project().data_class();
  if (!in.project().parent().empty()) {
    absl::StatusOr<std::string> parent = ParseProjectName(in.project().parent());
    if (!parent.ok()) return parent.status();
    project.parent = *std::move(parent);
  }
  project.pi = in.project().pi();
  project.period = *period;
  return command;
}

absl::StatusOr<Command> ToCommand(const v1::LinkAccountRequest& in) {
  absl::StatusOr<std::string> project = ParseProjectName(in.project());
  if (!project.ok()) return project.status();
  return LinkAccount{*std::move(project), in.link().cluster(), in.link().account(), in.etag()};
}

absl::StatusOr<Command> ToCommand(const v1::UnlinkAccountRequest& in) {
  absl::StatusOr<std::string> project = ParseProjectName(in.project());
  if (!project.ok()) return project.status();
  return UnlinkAccount{*std::move(project), in.link().cluster(), in.link().account(), in.etag(),
                       in.reason()};
}

absl::StatusOr<Command> ToCommand(const v1::AddMemberRequest& in) {
  absl::StatusOr<std::string> project = ParseProjectName(in.project());
  if (!project.ok()) return project.status();
  AddMember command{*std::move(project), {}};
  command.member.user = in.member().user();
  if (!v1::Member::Role_IsValid(in.member().role())) {
    return Refuse(Reason::kInvalidArgument,
                  Say("give a role: researcher, pi, supervisor or deputy"));
  }
  command.member.role = static_cast<ProjectRole>(in.member().role());
  if (in.member().has_term()) {
    absl::StatusOr<Period> term = FromProto(in.member().term());
    if (!term.ok()) return term.status();
    command.member.term = *term;
  }
  for (const v1::Login& login : in.member().logins()) {
    if (!command.member.logins.emplace(login.site(), login.login()).second) {
      return Refuse(Reason::kInvalidArgument,
                    Say("two logins at site $0; a person has one", login.site()),
                    {{"site", login.site()}});
    }
  }
  return command;
}

absl::StatusOr<Command> ToCommand(const v1::ReportUsageRequest& in) {
  ReportUsage command;
  absl::StatusOr<std::string> site = ParseSiteName(in.site());
  if (!site.ok()) return site.status();
  command.site = *std::move(site);
  absl::Status size = CheckReportSize(in.records_size(), in.ByteSizeLong());
  if (!size.ok()) return size;
  command.records.reserve(static_cast<size_t>(in.records_size()));
  for (int i = 0; i < in.records_size(); ++i) {
    absl::StatusOr<UsageRecord> record = FromProto(in.records(i));
    if (record.ok()) {
      command.records.push_back(*std::move(record));
      command.indexes.push_back(i);
    } else {
      command.malformed.push_back({i, RefusalFrom(record.status())});
    }
  }
  return command;
}

}  // namespace mesolys
