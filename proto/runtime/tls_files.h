#ifndef MESOLYS_PROTO_RUNTIME_TLS_FILES_H_
#define MESOLYS_PROTO_RUNTIME_TLS_FILES_H_

// Which PEM files mutual TLS is made of, and what may be wrong with them. Apart from tls.h, so that
// who only names the files need not read gRPC's headers. Any thread.

#include <string>

#include "absl/status/status.h"

namespace mesolys {

struct TlsFiles {
  std::string ca;           // PEM: whom to trust
  std::string certificate;  // PEM: our own, chain included
  std::string key;          // PEM: ours; must not be readable by others
};

// FAILED_PRECONDITION names the file and what is wrong: missing, unreadable, not PEM, expired, a
// key that is not the certificate's or that others may read.
absl::Status CheckTlsFiles(const TlsFiles& files);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_RUNTIME_TLS_FILES_H_
