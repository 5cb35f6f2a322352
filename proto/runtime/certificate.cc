#include "proto/runtime/certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>

#include "proto/runtime/openssl_owners.h"
#include "proto/values/sentence.h"

namespace mesolys {
namespace {

using Names = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;

absl::StatusOr<absl::Time> TimeOf(const ASN1_TIME* time) {
  std::tm parts = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) {
    return absl::FailedPreconditionError(SayLater("the certificate has no term that can be read"));
  }
  return absl::FromTM(parts, absl::UTCTimeZone());
}

std::vector<std::string> UrisOf(const X509& certificate) {
  std::vector<std::string> uris;
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (names == nullptr) return uris;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_STRING* text = name->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                      static_cast<size_t>(ASN1_STRING_length(text)));
  }
  return uris;
}

}  // namespace

absl::StatusOr<CertificateFacts> ReadCertificate(const std::string& path) {
  const Bio file(BIO_new_file(path.c_str(), "r"));
  const Certificate certificate(
      file == nullptr ? nullptr : PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (certificate == nullptr) {
    return absl::FailedPreconditionError(
        Say("the certificate file $0 holds no certificate that can be read", path).Render());
  }
  const absl::StatusOr<absl::Time> start = TimeOf(X509_get0_notBefore(certificate.get()));
  if (!start.ok()) return start.status();
  const absl::StatusOr<absl::Time> end = TimeOf(X509_get0_notAfter(certificate.get()));
  if (!end.ok()) return end.status();
  return CertificateFacts{UrisOf(*certificate), *start, *end};
}

}  // namespace mesolys
