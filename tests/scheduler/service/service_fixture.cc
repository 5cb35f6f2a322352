#include "tests/scheduler/service/service_fixture.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "proto/values/reason.h"

namespace mesolys {
namespace {

template <typename T>
T Require(absl::StatusOr<T> answer) {
  if (!answer.ok()) {
    std::fprintf(stderr, "ServiceTest: %s\n", answer.status().ToString().c_str());
    std::abort();
  }
  return *std::move(answer);
}

v1::Period PeriodOf2026() {
  return ToProto(Period{WorldTime(), WorldCatalogue().PeriodOf(Month(2026, 12)).end});
}

}  // namespace

TestCa* ServiceTest::ca_ = nullptr;

std::string Why(const absl::Status& status) {
  if (status.ok()) return "OK";
  const std::optional<Refusal> refusal = RefusalOf(status);
  if (!refusal.has_value()) return absl::StatusCodeToString(status.code());
  // The reason and the code of the call must tell the same.
  if (status.code() != CodeOf(refusal->reason)) return status.ToString();
  return std::string(ReasonName(refusal->reason));
}

std::string Bytes(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return bytes;
}

ServiceTest::ServiceTest() {
  RunningSchedulerOptions options;
  options.catalogue = WorldCatalogue();
  Start(std::move(options));
}

void ServiceTest::Start(RunningSchedulerOptions options) {
  callers_.clear();
  scheduler_.reset();
  scheduler_ = std::make_unique<RunningScheduler>(*ca_, clock_, std::move(options));
}

void ServiceTest::Populate() {
  for (const Project& project : WorldProjects()) {
    v1::CreateProjectRequest request;
    v1::Project& asked = *request.mutable_project();
    asked.set_name(ProjectName(project.id));
    asked.set_title(project.title);
    asked.set_institution(project.institution);
    asked.set_programme(project.programme);
    asked.set_data_class(project.data_class);
    if (!project.parent.empty()) asked.set_parent(ProjectName(project.parent));
    asked.set_pi(project.pi);
    *asked.mutable_period() = ToProto(project.period);
    request.set_request_id(absl::StrCat("create-", project.id));
    Require(Olga().Call(request));
  }
  for (const Membership& membership : WorldMembers()) {
    v1::AddMemberRequest request;
    request.set_project(ProjectName(membership.project));
    request.mutable_member()->set_user(membership.member.user);
    request.mutable_member()->set_role(static_cast<v1::Member::Role>(membership.member.role));
    for (const auto& [site, name] : membership.member.logins) {
      v1::Login& login = *request.mutable_member()->add_logins();
      login.set_site(site);
      login.set_login(name);
    }
    request.set_request_id(absl::StrCat("add-", membership.project, "-", membership.member.user));
    Require(Olga().Call(request));
  }
}

Caller& ServiceTest::As(const std::string& identity) {
  std::unique_ptr<Caller>& caller = callers_[identity];
  if (caller == nullptr) caller = std::make_unique<Caller>(scheduler_->Connect(identity));
  return *caller;
}

v1::Request ServiceTest::Ask(const std::string& project, int64_t amount,
                             const std::string& request_id) {
  return Require(Olga().Call(CpuRequest(project, amount, request_id)));
}

v1::ReportUsageResponse ServiceTest::Report(const v1::ReportUsageRequest& request) {
  v1::ReportUsageResponse response = Require(As("site/psmn").Call(request));
  if (response.rejected_size() > 0) {
    Require(absl::StatusOr<int>(absl::InternalError(response.ShortDebugString())));
  }
  return response;
}

v1::CreateRequestRequest CpuRequest(const std::string& project, int64_t amount,
                                    const std::string& request_id) {
  v1::CreateRequestRequest request;
  request.set_project(ProjectName(project));
  v1::RequestLine& line = *request.mutable_request()->add_lines();
  line.set_resource("cpu");
  line.set_amount_base_units(amount);
  line.add_sites("psmn");
  *request.mutable_request()->mutable_period() = PeriodOf2026();
  request.set_request_id(request_id);
  return request;
}

v1::UsageRecord FinishedJob(int64_t job_id, const std::string& account, const std::string& login) {
  UsageRecord record;
  record.key = {"east", job_id, WorldTime() - absl::Hours(2)};
  record.account = account;
  record.user = login;
  record.state = JobState::kCompleted;
  record.start_time = WorldTime() - absl::Hours(1);
  record.end_time = WorldTime();
  record.core_count = 8;
  record.node_count = 1;
  record.observe_time = record.end_time;
  return ToProto(record);
}

std::shared_ptr<grpc::Channel> RashChannel(const std::string& target, const std::string& ca,
                                           const std::string& certificate, const std::string& key) {
  const auto contents = [](const std::string& path) {
    std::ifstream file(path);
    return path.empty() ? std::string() : std::string(std::istreambuf_iterator<char>(file), {});
  };
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = contents(ca);
  options.pem_cert_chain = contents(certificate);
  options.pem_private_key = contents(key);
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxSendMessageSize(-1);
  return grpc::CreateCustomChannel(target, grpc::SslCredentials(options), arguments);
}

v1::ReportUsageRequest EmptyReport(const std::string& request_id) {
  v1::ReportUsageRequest report;
  report.set_site(SiteName("psmn"));
  report.set_request_id(request_id);
  return report;
}

}  // namespace mesolys
