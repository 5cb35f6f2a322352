#include "proto/runtime/tls.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "grpc/grpc_security_constants.h"
#include "grpcpp/security/auth_context.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_certificate_verifier.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "proto/runtime/clock.h"
#include "proto/values/names.h"
#include "proto/values/reason.h"

namespace mesolys {
namespace {

constexpr char kTrustDomain[] = "spiffe://mesolys/";
constexpr char kSchedulerIdentity[] = "spiffe://mesolys/service/scheduler";
constexpr unsigned int kWatchSeconds = 1;
constexpr size_t kFileBytesMax = 1 << 20;

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

struct PemFile {
  std::string text;
  mode_t mode = 0;
};

// `what` names the file in errors: "certificate".
absl::StatusOr<PemFile> ReadPem(absl::string_view what, const std::string& path) {
  const auto refuse = [&](absl::string_view wrong) {
    return absl::FailedPreconditionError(absl::StrCat("the ", what, " file ", path, " ", wrong));
  };
  if (path.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("no ", what, " file is configured; give the path of a PEM file"));
  }
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    if (errno == ENOENT) return refuse("is missing; enrol first, or correct the path");
    return refuse(absl::StrCat("cannot be read: ", std::strerror(errno),
                               "; give this program's user the right to read it"));
  }
  PemFile out;
  struct stat status = {};
  const bool regular = fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  out.mode = status.st_mode & 07777;
  ssize_t got = 1;
  while (regular && got > 0 && out.text.size() <= kFileBytesMax) {
    char bytes[4096];
    got = read(file, bytes, sizeof bytes);
    if (got > 0) out.text.append(bytes, static_cast<size_t>(got));
  }
  close(file);
  if (!regular) return refuse("is not a regular file; a PEM file is wanted");
  if (got < 0) return refuse("cannot be read to its end; a PEM file is wanted");
  if (out.text.size() > kFileBytesMax) return refuse("is over 1 MiB; a PEM file is wanted");
  return out;
}

Bio BioOf(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::vector<Certificate> ParseCertificates(const std::string& text) {
  std::vector<Certificate> out;
  const Bio bio = BioOf(text);
  while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
    out.emplace_back(next);
  // The end of the text is an error to OpenSSL; left in its queue it would be blamed on the next
  // caller.
  ERR_clear_error();
  return out;
}

Key ParseKey(const std::string& text) {
  // Without this a key with a pass phrase would make OpenSSL ask for it on the terminal.
  const auto no_pass_phrase = [](char*, int, int, void*) { return -1; };
  const Bio bio = BioOf(text);
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_pass_phrase, nullptr));
  ERR_clear_error();
  return key;
}

// The infinite past for a time that cannot be read: nothing is valid then.
absl::Time TimeOf(const ASN1_TIME* time) {
  std::tm parts = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();
  return absl::FromTM(parts, absl::UTCTimeZone());
}

// Whether `certificate` is in force now; what is wrong with it, as the end of a sentence, if not.
std::string OutOfForce(const X509& certificate) {
  const absl::Time now = SystemClock().Now();
  const absl::Time start = TimeOf(X509_get0_notBefore(&certificate));
  const absl::Time end = TimeOf(X509_get0_notAfter(&certificate));
  const auto text = [](absl::Time time) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
  };
  if (now >= end) return absl::StrCat("expired at ", text(end), "; renew it");
  if (now < start) {
    return absl::StrCat("is valid from ", text(start), " only; check the clock of this machine");
  }
  return "";
}

absl::Status CheckAuthority(const std::string& path) {
  absl::StatusOr<PemFile> file = ReadPem("CA", path);
  if (!file.ok()) return file.status();
  std::string wrong = "holds no PEM certificate; the certificate of the CA is wanted";
  // A bundle may still hold the authority before this one: one in force is enough.
  for (const Certificate& certificate : ParseCertificates(file->text)) {
    wrong = OutOfForce(*certificate);
    if (wrong.empty()) return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat("the CA file ", path, " ", wrong));
}

absl::Status CheckOwn(const TlsFiles& files) {
  absl::StatusOr<PemFile> certificate_file = ReadPem("certificate", files.certificate);
  if (!certificate_file.ok()) return certificate_file.status();
  const std::vector<Certificate> chain = ParseCertificates(certificate_file->text);
  const std::string wrong = chain.empty()
                                ? "holds no PEM certificate; our own, and its chain, are wanted"
                                : OutOfForce(*chain.front());
  if (!wrong.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the certificate file ", files.certificate, " ", wrong));
  }

  absl::StatusOr<PemFile> key_file = ReadPem("key", files.key);
  if (!key_file.ok()) return key_file.status();
  const auto refuse_key = [&](absl::string_view why) {
    return absl::FailedPreconditionError(absl::StrCat("the key file ", files.key, " ", why));
  };
  if ((key_file->mode & 07) != 0) {
    return refuse_key(absl::StrFormat("has mode %04o, so others may use it; chmod 0600 %s",
                                      key_file->mode, files.key));
  }
  const Key key = ParseKey(key_file->text);
  if (key == nullptr) return refuse_key("holds no PEM private key, or one with a pass phrase");
  const bool fits = X509_check_private_key(chain.front().get(), key.get()) == 1;
  ERR_clear_error();
  if (!fits) {
    return refuse_key(absl::StrCat("is not the key of the certificate ", files.certificate,
                                   "; install both from the same enrolment"));
  }
  return absl::OkStatus();
}

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

absl::Status CheckTlsFiles(const TlsFiles& files) {
  if (absl::Status status = CheckAuthority(files.ca); !status.ok()) return status;
  return CheckOwn(files);
}

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
    return Refuse(
        Reason::kNotAuthenticated,
        absl::StrCat("the certificate carries ", uris.size(),
                     " URIs; exactly one spiffe://mesolys/{site|user|service}/{id} is right"));
  }
  const absl::string_view uri(uris.front().data(), uris.front().size());
  if (!IsIdentity(uri)) {
    return Refuse(Reason::kNotAuthenticated,
                  "the URI of the certificate is not of the form "
                  "spiffe://mesolys/{site|user|service}/{id}");
  }
  return std::string(uri);
}

}  // namespace mesolys
