#ifndef MESOLYS_PROTO_RUNTIME_CERTIFICATE_H_
#define MESOLYS_PROTO_RUNTIME_CERTIFICATE_H_

// What a certificate says of itself. Whether it may be used is for CheckTlsFiles to say. Any
// thread.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace mesolys {

struct CertificateFacts {
  std::vector<std::string> uris;  // "spiffe://mesolys/site/psmn"
  absl::Time start;
  absl::Time end;
};

// Of the first certificate of a PEM file. FAILED_PRECONDITION when there is none that can be read.
absl::StatusOr<CertificateFacts> ReadCertificate(const std::string& path);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_RUNTIME_CERTIFICATE_H_
