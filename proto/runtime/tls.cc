#include "proto/runtime/tls.h"

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "grpc/grpc_security_constants.h"
#include "grpcpp/security/auth_context.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_certificate_verifier.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "proto/values/names.h"
#include "proto/values/reason.h"

namespace mesolys {
namespace {

constexpr char kTrustDomain[] = "spiffe://mesolys/";
constexpr char kSchedulerIdentity[] = "spiffe://mesolys/service/scheduler";
constexpr unsigned int kWatchSeconds = 1;

std::shared_ptr<grpc::experimental::FileWatcherCertificateProvider> Watch(const TlsFiles& files) {
  return std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      files.key, files.certificate, files.ca, kWatchSeconds);
}

// Asked by gRPC after the chain was verified: is this peer the host we called, and the scheduler?
class SchedulerVerifier : public grpc::experimental::ExternalCertificateVerifier {
 public:
  bool Verify(grpc::experimental::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> callback, grpc::Status* sync_status) override {
    // Without such names gRPC would go by the common name, which no rule of ours binds.
    if (request->dns_names().empty() && request->ip_names().empty()) {
      *sync_status = Refused("it carries no DNS or IP name");
      return true;
    }
    host_.Verify(request, std::move(callback), sync_status);  // answers at once
    if (!sync_status->ok()) return true;
    const std::vector<grpc::string_ref> uris = request->uri_names();
    if (uris.size() != 1 || uris.front() != kSchedulerIdentity) {
      *sync_status = Refused(absl::StrCat("it must carry one URI, ", kSchedulerIdentity));
    }
    return true;
  }
  void Cancel(grpc::experimental::TlsCustomVerificationCheckRequest*) override {}

 private:
  static grpc::Status Refused(const std::string& why) {
    return grpc::Status(grpc::StatusCode::UNAUTHENTICATED,
                        "the server's certificate is refused: " + why);
  }

  grpc::experimental::HostNameCertificateVerifier host_;
};

bool IsIdentity(absl::string_view uri) {
  if (!absl::StartsWith(uri, kTrustDomain)) return false;
  const absl::string_view path = uri.substr(sizeof kTrustDomain - 1);
  const size_t slash = path.find('/');
  if (slash == absl::string_view::npos) return false;
  const absl::string_view kind = path.substr(0, slash);
  const absl::string_view id = path.substr(slash + 1);
  if (kind == "user") return CheckLogin("user", id).ok();
  return (kind == "site" || kind == "service") && CheckId(kind, id).ok();
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerTls(const TlsFiles& files) {
  if (absl::Status status = CheckTlsFiles(files); !status.ok()) return status;
  // This gRPC cannot be told the lowest version of TLS: it takes 1.2 and 1.3, and prefers 1.3.
  grpc::experimental::TlsServerCredentialsOptions options(Watch(files));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ClientTls(const TlsFiles& files) {
  if (absl::Status status = CheckTlsFiles(files); !status.ok()) return status;
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(Watch(files));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_verify_server_certs(true);
  options.set_certificate_verifier(
      grpc::experimental::ExternalCertificateVerifier::Create<SchedulerVerifier>());
  return grpc::experimental::TlsCredentials(options);
}

absl::StatusOr<std::string> PeerIdentity(const grpc::ServerContextBase& context) {
  const std::shared_ptr<const grpc::AuthContext> peer = context.auth_context();
  std::vector<grpc::string_ref> uris;
  if (peer != nullptr && peer->IsPeerAuthenticated()) {
    uris = peer->FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME);
  }
  if (uris.size() != 1) {
    return Refuse(Reason::kNotAuthenticated,
                  Say("the certificate carries $0 URIs; exactly one "
                      "spiffe://mesolys/{site|user|service}/{id} is right",
                      uris.size()));
  }
  const absl::string_view uri(uris.front().data(), uris.front().size());
  if (!IsIdentity(uri)) {
    return Refuse(Reason::kNotAuthenticated, Say("the URI of the certificate is not of the form "
                                                 "spiffe://mesolys/{site|user|service}/{id}"));
  }
  return std::string(uri);
}

}  // namespace mesolys
