#ifndef MESOLYS_PROTO_RUNTIME_TLS_H_
#define MESOLYS_PROTO_RUNTIME_TLS_H_

// Mutual TLS from PEM files, the only way in or out. Files are watched: a renewed certificate is
// served without a restart. Identity is the SPIFFE URI of the certificate. Any thread.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_context.h"
#include "proto/runtime/tls_files.h"

namespace mesolys {

// A client must show a certificate signed by our CA.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerTls(const TlsFiles& files);

// The server's certificate must be for the host called and carry
// spiffe://mesolys/service/scheduler.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ClientTls(const TlsFiles& files);

// "spiffe://mesolys/user/alice" of the verified peer; UNAUTHENTICATED (Reason::kNotAuthenticated)
// when the certificate carries no URI, several, or one of another form.
absl::StatusOr<std::string> PeerIdentity(const grpc::ServerContextBase& context);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_RUNTIME_TLS_H_
