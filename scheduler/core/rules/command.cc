#include "scheduler/core/rules/command.h"

#include "absl/strings/str_cat.h"

namespace mesolys {
namespace {

// Fields in declared order, each with its length, so that no two commands share a text.
class CanonicalWriter {
 public:
  void Put(absl::string_view text) { absl::StrAppend(&text_, text.size(), ":", text, ";"); }
  void Put(int64_t number) { absl::StrAppend(&text_, number, ";"); }
  void Put(Amount amount) { Put(amount.count()); }
  void Put(absl::Time time) { Put(absl::ToUnixMicros(time)); }
  void Put(const Period& period) {
    Put(period.start);
    Put(period.end);
  }
  void Put(const JobKey& key) {
    Put(absl::string_view(key.cluster));
    Put(key.job_id);
    Put(key.submit_time);
  }
  template <typename T>
  void PutCount(const T& container) {
    Put(static_cast<int64_t>(container.size()));
  }
  void Put(const UsageRecord& record);

  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

void CanonicalWriter::Put(const UsageRecord& record) {
  Put(record.key);
  for (const std::string* text : {&record.account, &record.user, &record.partition, &record.qos}) {
    Put(absl::string_view(*text));
  }
  Put(static_cast<int64_t>(record.state));
  Put(record.cancelled_by_uid);
  Put(record.start_time);
  Put(record.end_time);
  Put(record.suspended_seconds);
  Put(record.time_limit_seconds);
  Put(record.core_count);
  PutCount(record.gpu_counts);
  for (const auto& [model, count] : record.gpu_counts) {
    Put(absl::string_view(model));
    Put(count);
  }
  Put(record.memory_bytes);
  Put(record.node_count);
  Put(record.observe_time);
}

void Put(CanonicalWriter& out, const AdoptCatalogue& command) {
  out.Put(absl::string_view(command.digest));
}

void Put(CanonicalWriter& out, const CreateProject& command) {
  const Project& project = command.project;
  for (const std::string* text :
       {&project.id, &project.title, &project.institution, &project.programme, &project.data_class,
        &project.parent, &project.pi}) {
    out.Put(absl::string_view(*text));
  }
  out.Put(project.period);
}

void Put(CanonicalWriter& out, const LinkAccount& command) {
  for (const std::string* text :
       {&command.project, &command.cluster, &command.account, &command.etag}) {
    out.Put(absl::string_view(*text));
  }
}

void Put(CanonicalWriter& out, const UnlinkAccount& command) {
  for (const std::string* text :
       {&command.project, &command.cluster, &command.account, &command.etag, &command.reason}) {
    out.Put(absl::string_view(*text));
  }
}

void Put(CanonicalWriter& out, const AddMember& command) {
  out.Put(absl::string_view(command.project));
  out.Put(absl::string_view(command.member.user));
  out.Put(static_cast<int64_t>(command.member.role));
  out.PutCount(command.member.logins);
  for (const auto& [site, login] : command.member.logins) {
    out.Put(absl::string_view(site));
    out.Put(absl::string_view(login));
  }
  if (command.member.role == ProjectRole::kDeputy) out.Put(command.member.term);
}

void Put(CanonicalWriter& out, const SubmitRequest& command) {
  const Request& request = command.request;
  out.Put(absl::string_view(request.project));
  out.PutCount(request.lines);
  for (const RequestLine& line : request.lines) {
    out.Put(absl::string_view(line.resource));
    out.Put(line.amount);
    out.Put(line.minimum);
    out.PutCount(line.sites);
    for (const std::string& site : line.sites) out.Put(absl::string_view(site));
  }
  out.Put(request.period);
  out.Put(absl::string_view(request.justification));
  out.Put(absl::string_view(request.necessity));
  out.Put(request.energy_median_watt_hours);
  out.Put(request.energy_p90_watt_hours);
  // Said only where it is new, so that the digests of older requests stay what they were.
  if (request.track != Track::kDynamic) out.Put(static_cast<int64_t>(request.track));
  for (const CurvePoint& point : request.curve) {
    out.Put(point.time);
    out.Put(point.share.count());
  }
}

void Put(CanonicalWriter& out, const WithdrawRequest& command) {
  out.Put(command.request);
  out.Put(absl::string_view(command.reason));
}

void Put(CanonicalWriter& out, const DecideRequest& command) {
  out.Put(command.request);
  out.PutCount(command.awards);
  for (const auto& [resource, amount] : command.awards) {
    out.Put(absl::string_view(resource));
    out.Put(amount);
  }
  out.Put(absl::string_view(command.reason));
}

void Put(CanonicalWriter& out, const ReportUsage& command) {
  out.Put(absl::string_view(command.site));
  out.PutCount(command.records);
  for (size_t i = 0; i < command.records.size(); ++i) {
    out.Put(int64_t{command.indexes[i]});
    out.Put(command.records[i]);
  }
  out.PutCount(command.malformed);
  for (const RejectedRecord& record : command.malformed) {
    out.Put(int64_t{record.index});
    out.Put(absl::string_view(record.refusal.message));
  }
}

void Put(CanonicalWriter& out, const ResettleJobs& command) {
  out.Put(absl::string_view(command.cluster));
  out.Put(absl::string_view(command.account));
  out.PutCount(command.page);
  for (const JobKey& key : command.page) out.Put(key);
  out.Put(command.ledger_revision);
}

void Put(CanonicalWriter& out, const SupplementGrant& command) {
  out.Put(command.grant);
  out.Put(command.amount);
  out.PutCount(command.sites);
  for (const std::string& site : command.sites) out.Put(absl::string_view(site));
  out.Put(absl::string_view(command.reason));
}

void Put(CanonicalWriter& out, const ExtendGrant& command) {
  out.Put(command.grant);
  out.Put(command.end);
  out.Put(absl::string_view(command.reason));
}

void Put(CanonicalWriter& out, const TransferHours& command) {
  out.Put(command.grant);
  out.Put(command.amount);
  out.Put(command.to_grant);
  out.Put(absl::string_view(command.to_project));
  out.Put(absl::string_view(command.reason));
}

void Put(CanonicalWriter& out, const AdjustOverdraft& command) {
  out.Put(command.grant);
  out.Put(command.overdrawn);
  out.Put(command.amount);
  out.Put(absl::string_view(command.reason));
}

void Put(CanonicalWriter& out, const ReleaseHours& command) {
  out.Put(command.grant);
  out.Put(command.amount);
  out.Put(absl::string_view(command.reason));
}

void Put(CanonicalWriter& out, const RevokeGrant& command) {
  out.Put(command.grant);
  out.Put(absl::string_view(command.reason));
}

void Put(CanonicalWriter& out, const WriteOffOverdraft& command) {
  out.Put(command.grant);
  out.Put(command.amount);
  out.Put(absl::string_view(command.reason));
}

void Put(CanonicalWriter& out, const PostOpeningBalance& command) {
  out.Put(command.grant);
  out.Put(absl::string_view(command.site));
  out.Put(command.amount);
  out.Put(absl::string_view(command.reason));
}

void Put(CanonicalWriter& out, const ConfirmCeilings& command) {
  out.Put(absl::string_view(command.site));
  out.Put(command.generation);
  out.PutCount(command.read_back);
  for (const ReadBackCeiling& said : command.read_back) {
    out.Put(said.grant);
    out.Put(said.used);
    out.Put(said.ceiling);
  }
}

void Put(CanonicalWriter& out, const WriteOffSite& command) {
  out.Put(absl::string_view(command.site));
  out.Put(absl::string_view(command.reason));
}

void Put(CanonicalWriter& out, const RefundJob& command) {
  out.Put(command.job);
  out.Put(absl::string_view(command.reason));
}

void Put(CanonicalWriter& out, const DeclareWindow& command) {
  out.Put(static_cast<int64_t>(command.window.kind));
  out.Put(absl::string_view(command.window.site));
  out.Put(command.window.period);
  out.Put(absl::string_view(command.window.title));
}

void Put(CanonicalWriter& out, const OrderImport& command) {
  out.Put(absl::string_view(command.import.site));
  out.Put(command.import.period);
}

void Put(CanonicalWriter& out, const EndImport& command) {
  out.Put(absl::string_view(command.site));
  out.Put(command.number);
  const ImportResult& result = command.result;
  for (const int64_t count : {result.job_count, result.changed_count, result.rejected_count,
                              result.unreadable_count, result.core_seconds}) {
    out.Put(count);
  }
  out.Put(absl::string_view(result.problem));
}

void Put(CanonicalWriter& out, const MoveCeiling& command) {
  out.Put(command.grant);
  out.Put(absl::string_view(command.from_site));
  out.Put(absl::string_view(command.to_site));
  out.Put(command.amount);
}

void Put(CanonicalWriter& out, const NoticeUnderUse& command) { out.Put(command.grant); }

void Put(CanonicalWriter& out, const GiveBackUnused& command) { out.Put(command.grant); }

void Put(CanonicalWriter& out, const RemoveMember& command) {
  out.Put(absl::string_view(command.project));
  out.Put(absl::string_view(command.user));
}

void Put(CanonicalWriter& out, const SetMemberCeiling& command) {
  for (const std::string* text :
       {&command.project, &command.user, &command.site, &command.resource}) {
    out.Put(absl::string_view(*text));
  }
  out.Put(int64_t{command.amount.has_value()});
  out.Put(command.amount.value_or(Amount()));
}

void Put(CanonicalWriter& out, const ArchiveProject& command) {
  out.Put(absl::string_view(command.project));
  out.Put(absl::string_view(command.reason));
}

void Put(CanonicalWriter& out, const SetMode& command) {
  out.Put(int64_t{command.read_only});
  out.Put(absl::string_view(command.reason));
}

void Put(CanonicalWriter& out, const GiveRole& command) {
  out.Put(absl::string_view(command.user));
  out.Put(absl::string_view(command.role));
  out.Put(int64_t{command.taken});
  out.Put(absl::string_view(command.reason));
}

}  // namespace

std::string CanonicalText(const Command& command) {
  CanonicalWriter out;
  out.Put(static_cast<int64_t>(command.index()));
  std::visit([&](const auto& what) { Put(out, what); }, command);
  return out.Take();
}

}  // namespace mesolys
