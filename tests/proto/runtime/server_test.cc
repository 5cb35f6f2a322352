// StartServer and ConnectTo against each other: who gets in, under which name, and within which
// limits.

#include "proto/runtime/server.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "mesolys/v1/identity.grpc.pb.h"
#include "proto/runtime/channel.h"
#include "proto/runtime/status.h"
#include "proto/runtime/tls.h"
#include "proto/values/reason.h"
#include "tests/fakes/test_ca.h"

namespace mesolys {
namespace {

using ::testing::HasSubstr;

constexpr char kAnyPort[] = "127.0.0.1:0";

// Answers who called, and each CheckAccess with `access_status`.
class FakeService : public v1::IdentityService::CallbackService {
 public:
  grpc::ServerUnaryReactor* GetWhoAmI(grpc::CallbackServerContext* context,
                                      const v1::GetWhoAmIRequest*, v1::WhoAmI* out) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    const absl::StatusOr<std::string> identity = PeerIdentity(*context);
    if (identity.ok()) out->set_identity(*identity);
    reactor->Finish(ToGrpcStatus(identity.status()));
    return reactor;
  }

  grpc::ServerUnaryReactor* CheckAccess(grpc::CallbackServerContext* context,
                                        const v1::CheckAccessRequest*,
                                        v1::CheckAccessResponse*) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpcStatus(access_status));
    return reactor;
  }

  absl::Status access_status;
};

// A deadline that only a hanging call can meet.
void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
}

struct Answer {
  absl::Status status;
  std::string identity;
};

Answer WhoAmI(const std::shared_ptr<grpc::Channel>& channel, bool wait = false) {
  grpc::ClientContext context;
  SetDeadline(context);
  context.set_wait_for_ready(wait);
  v1::WhoAmI out;
  const grpc::Status status = v1::IdentityService::NewStub(channel)->GetWhoAmI(&context, {}, &out);
  return {FromGrpcStatus(status), out.identity()};
}

absl::Status CheckAccess(const std::shared_ptr<grpc::Channel>& channel, const std::string& text) {
  grpc::ClientContext context;
  SetDeadline(context);
  v1::CheckAccessRequest request;
  request.set_method(text);
  v1::CheckAccessResponse out;
  return FromGrpcStatus(
      v1::IdentityService::NewStub(channel)->CheckAccess(&context, request, &out));
}

// Sends one message to a method that we have no stub of; the answer's bytes.
std::string CallByName(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                       const std::string& request_bytes) {
  grpc::ClientContext context;
  SetDeadline(context);
  const grpc::Slice slice(request_bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer answer;
  std::promise<grpc::Status> done;
  grpc::GenericStub(channel).UnaryCall(&context, method, {}, &request, &answer,
                                       [&done](grpc::Status status) { done.set_value(status); });
  const grpc::Status status = done.get_future().get();
  EXPECT_TRUE(status.ok()) << status.error_message();
  grpc::Slice bytes;
  if (!status.ok() || !answer.DumpToSingleSlice(&bytes).ok()) return "";
  return {reinterpret_cast<const char*>(bytes.begin()), bytes.size()};
}

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class ServerTest : public testing::Test {
 protected:
  ~ServerTest() override { Stop(); }

  void Start(const TlsFiles& files, const std::string& listen = kAnyPort) {
    absl::StatusOr<RunningServer> running = StartServer(listen, files, {&service_});
    ASSERT_TRUE(running.ok()) << running.status();
    running_ = *std::move(running);
  }

  void Stop() {
    if (running_.server != nullptr) running_.server->Shutdown(std::chrono::system_clock::now());
    running_ = {};
  }

  std::string Target(const std::string& host = "127.0.0.1") const {
    return absl::StrCat(host, ":", running_.port);
  }

  std::shared_ptr<grpc::Channel> Connect(const TlsFiles& files,
                                         const std::string& host = "127.0.0.1") {
    absl::StatusOr<std::shared_ptr<grpc::Channel>> channel = ConnectTo(Target(host), files);
    EXPECT_TRUE(channel.ok()) << channel.status();
    return channel.ok() ? *channel : nullptr;
  }

  // A client that does not check its own files first, as one that is not ours would.
  std::shared_ptr<grpc::Channel> ConnectRashly(const std::string& ca,
                                               const std::string& certificate,
                                               const std::string& key) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetMaxSendMessageSize(-1);
    return grpc::CreateCustomChannel(Target(), grpc::SslCredentials({ca, key, certificate}),
                                     arguments);
  }

  TestCa ca_;
  FakeService service_;
  RunningServer running_;
};

TEST_F(ServerTest, KnowsItsCallerByTheCertificate) {
  Start(ca_.Files("service/scheduler"));
  for (const char* identity : {"user/alice", "site/psmn", "user/Bob.Martin@ens"}) {
    const Answer answer = WhoAmI(Connect(ca_.Files(identity)));
    EXPECT_EQ(answer.status, absl::OkStatus());
    EXPECT_EQ(answer.identity, absl::StrCat("spiffe://mesolys/", identity));
  }
}

TEST_F(ServerTest, AnswersToEachNameOfItsCertificate) {
  Start(ca_.Files("service/scheduler"));
  EXPECT_EQ(WhoAmI(Connect(ca_.Files("user/alice"), "localhost")).status, absl::OkStatus());
  EXPECT_EQ(WhoAmI(Connect(ca_.Files("user/alice"), "127.0.0.1")).status, absl::OkStatus());
}

TEST_F(ServerTest, TakesNobodyWhoseCertificateCarriesNoIdentityOfOurs) {
  Start(ca_.Files("service/scheduler"));
  for (const char* names :
       {"DNS:localhost", "URI:spiffe://mesolys/user/alice,URI:spiffe://mesolys/user/bob",
        "URI:spiffe://elsewhere/user/alice", "URI:spiffe://mesolys/group/alice",
        "URI:spiffe://mesolys/user/", "URI:spiffe://mesolys/user/alice/x",
        "URI:spiffe://mesolys/site/PSMN", "URI:https://mesolys/user/alice"}) {
    const Answer answer = WhoAmI(Connect(ca_.FilesNaming(names, "clientAuth")));
    EXPECT_EQ(answer.status.code(), absl::StatusCode::kUnauthenticated) << names;
    const std::optional<Refusal> refusal = RefusalOf(answer.status);
    ASSERT_TRUE(refusal.has_value()) << names;
    EXPECT_EQ(refusal->reason, Reason::kNotAuthenticated);
    EXPECT_THAT(refusal->message, HasSubstr("spiffe://mesolys/{site|user|service}/{id}"));
  }
}

TEST_F(ServerTest, LetsNobodyInWithoutACertificateInForceOfItsAuthority) {
  Start(ca_.Files("service/scheduler"));
  TestCa elsewhere;
  const TlsFiles good = ca_.Files("user/alice");
  const TlsFiles expired = ca_.ExpiredFiles("user/bob");
  const TlsFiles foreign = elsewhere.Files("user/alice");
  const TlsFiles service = ca_.Files("service/other");
  const std::string ca = Contents(good.ca);
  const auto call = [&](const TlsFiles& own) {
    return WhoAmI(ConnectRashly(ca, Contents(own.certificate), Contents(own.key))).status;
  };
  EXPECT_EQ(call(good), absl::OkStatus());
  EXPECT_EQ(call(expired).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(call(foreign).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(call(service).code(), absl::StatusCode::kUnavailable) << "it is for servers only";
  EXPECT_EQ(WhoAmI(ConnectRashly(ca, "", "")).status.code(), absl::StatusCode::kUnavailable);
}

TEST_F(ServerTest, IsNotTakenForTheSchedulerUnderAnotherCertificate) {
  TestCa elsewhere;
  struct Case {
    const char* why;
    TlsFiles files;
    const char* says;
  };
  const std::string scheduler = "URI:spiffe://mesolys/service/scheduler";
  const std::vector<Case> cases = {
      {"another service", ca_.Files("service/metrics"), "spiffe://mesolys/service/scheduler"},
      {"two identities",
       ca_.FilesNaming(absl::StrCat("IP:127.0.0.1,URI:spiffe://mesolys/service/x,", scheduler),
                       "serverAuth"),
       "it must carry one URI"},
      {"no name of a host", ca_.FilesNaming(scheduler, "serverAuth"), "no DNS or IP name"},
      {"another host", ca_.FilesNaming(absl::StrCat("DNS:elsewhere.org,", scheduler), "serverAuth"),
       "Hostname Verification Check failed"},
      {"a client's", ca_.FilesNaming(absl::StrCat("IP:127.0.0.1,", scheduler), "clientAuth"), ""},
      {"another authority's", elsewhere.Files("service/scheduler"), ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.why);
    Start(c.files);
    const absl::Status status = WhoAmI(Connect(ca_.Files("user/alice"))).status;
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.says));
    Stop();
  }
}

TEST_F(ServerTest, ServesFilesThatWereReplacedUnderIt) {
  TestCa next;
  const TlsFiles files = ca_.Files("service/scheduler");
  Start(files);
  const std::shared_ptr<grpc::Channel> channel = Connect(next.Files("user/alice"));
  EXPECT_EQ(WhoAmI(channel).status.code(), absl::StatusCode::kUnavailable);

  const TlsFiles renewed = next.Files("service/scheduler");
  std::filesystem::rename(renewed.key, files.key);
  std::filesystem::rename(renewed.certificate, files.certificate);
  std::filesystem::copy_file(renewed.ca, files.ca,
                             std::filesystem::copy_options::overwrite_existing);
  const Answer answer = WhoAmI(channel, /*wait=*/true);
  EXPECT_EQ(answer.status, absl::OkStatus());
  EXPECT_EQ(answer.identity, "spiffe://mesolys/user/alice");
}

TEST_F(ServerTest, RefusesAPortInUse) {
  Start(ca_.Files("service/scheduler"));
  FakeService other;
  const absl::Status status =
      StartServer(Target(), ca_.Files("service/scheduler"), {&other}).status();
  EXPECT_EQ(status, absl::UnavailableError(
                        absl::StrCat("port ", running_.port,
                                     " on 127.0.0.1 is in use: stop the other program or "
                                     "choose another port")));
}

TEST_F(ServerTest, ListensAgainWhereOneWasStopped) {
  Start(ca_.Files("service/scheduler"));
  const std::string target = Target();
  EXPECT_EQ(WhoAmI(Connect(ca_.Files("user/alice"))).status, absl::OkStatus());
  Stop();
  Start(ca_.Files("service/scheduler"), target);
  EXPECT_EQ(WhoAmI(Connect(ca_.Files("user/alice"))).status, absl::OkStatus());
}

TEST_F(ServerTest, SaysWhyItCannotListen) {
  struct Case {
    const char* listen;
    const char* says;
  };
  for (const Case& c :
       {Case{"7443", "host:port is wanted"}, Case{":7443", "host:port is wanted"},
        Case{"127.0.0.1:", "host:port is wanted"}, Case{"127.0.0.1:65536", "host:port is wanted"},
        Case{"127.0.0.1:https", "host:port is wanted"}, Case{"[]:1", "host:port is wanted"},
        Case{"203.0.113.7:7443", "203.0.113.7 is not an address of this machine"}}) {
    const absl::Status status =
        StartServer(c.listen, ca_.Files("service/scheduler"), {&service_}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << c.listen;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.says));
  }
}

TEST_F(ServerTest, DoesNotStartWithoutItsFiles) {
  TlsFiles files = ca_.Files("service/scheduler");
  files.key += ".absent";
  EXPECT_EQ(StartServer(kAnyPort, files, {&service_}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ConnectTo("127.0.0.1:1", files).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(ServerTest, TakesMessagesUpToFourMebibytes) {
  Start(ca_.Files("service/scheduler"));
  const TlsFiles files = ca_.Files("user/alice");
  EXPECT_EQ(CheckAccess(Connect(files), std::string(4'190'000, 'x')), absl::OkStatus());
  const std::string large(4'200'000, 'x');
  EXPECT_EQ(CheckAccess(Connect(files), large).code(), absl::StatusCode::kResourceExhausted);
  const auto rash =
      ConnectRashly(Contents(files.ca), Contents(files.certificate), Contents(files.key));
  EXPECT_EQ(CheckAccess(rash, large).code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(ServerTest, SendsTheLongestRefusalAcross) {
  Start(ca_.Files("service/scheduler"));
  std::string accents;
  for (int i = 0; i < 20'000; ++i) accents += "é";
  const std::shared_ptr<grpc::Channel> channel = Connect(ca_.Files("user/alice"));
  for (const std::string& text : {accents, std::string(20'000, 'x'), std::string(4096, 'x')}) {
    for (size_t length : {size_t{10}, size_t{1700}, size_t{2250}, size_t{20'000}}) {
      service_.access_status =
          Refuse(Refusal{Reason::kUnknownSite, text, {{"site", std::string(length, 'x')}}});
      const absl::Status status = CheckAccess(channel, "GrantService.Get");
      EXPECT_EQ(status.code(), CodeOf(Reason::kUnknownSite)) << status;
      const std::optional<Refusal> refusal = RefusalOf(status);
      ASSERT_TRUE(refusal.has_value());
      EXPECT_EQ(refusal->reason, Reason::kUnknownSite);
    }
  }
}

TEST_F(ServerTest, ServesHealthAndReflection) {
  Start(ca_.Files("service/scheduler"));
  const std::shared_ptr<grpc::Channel> channel = Connect(ca_.Files("user/alice"));
  // HealthCheckResponse{status: SERVING}.
  EXPECT_EQ(CallByName(channel, "/grpc.health.v1.Health/Check", ""), std::string("\x08\x01"));
  // ServerReflectionRequest{list_services: ""}.
  EXPECT_THAT(CallByName(channel, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                         std::string("\x3A\x00", 2)),
              HasSubstr("mesolys.v1.IdentityService"));
}

TEST_F(ServerTest, TellsAProgramOfAnotherVersionSo) {
  Start(ca_.Files("service/scheduler"));
  const std::shared_ptr<grpc::Channel> channel = Connect(ca_.Files("user/alice"));
  grpc::ClientContext context;
  SetDeadline(context);
  v1::GetWhoAmIRequest request;
  v1::WhoAmI answer;
  std::promise<grpc::Status> done;
  grpc::TemplatedGenericStub<v1::GetWhoAmIRequest, v1::WhoAmI>(channel).UnaryCall(
      &context, "/mesolys.v1.AllocationService/Gone", {}, &request, &answer,
      [&done](grpc::Status status) { done.set_value(std::move(status)); });
  const grpc::Status status = done.get_future().get();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(status.error_message(),
            "there is no /mesolys.v1.AllocationService/Gone: the program that calls is of "
            "another version than this server; install the same version of both");
}

TEST_F(ServerTest, IsFoundAgainAfterAnOutage) {
  const TlsFiles files = ca_.Files("service/scheduler");
  Start(files);
  const std::string target = Target();
  const std::shared_ptr<grpc::Channel> channel = Connect(ca_.Files("user/alice"));
  EXPECT_EQ(WhoAmI(channel).status, absl::OkStatus());
  Stop();
  EXPECT_EQ(WhoAmI(channel).status.code(), absl::StatusCode::kUnavailable);
  Start(files, target);
  EXPECT_EQ(WhoAmI(channel, /*wait=*/true).status, absl::OkStatus());
}

}  // namespace
}  // namespace mesolys
