#include "proto/runtime/tls_files.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "proto/runtime/clock.h"
#include "proto/runtime/openssl_owners.h"
#include "proto/values/sentence.h"

namespace mesolys {
namespace {

constexpr size_t kPemBytesMax = 1 << 20;

using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

struct PemFile {
  std::string text;
  mode_t mode = 0;
};

// `wrong` is the end of a sentence.
absl::Status Unfit(absl::string_view what, const std::string& path, const Sentence& wrong) {
  return absl::FailedPreconditionError(Say("the $0 file $1 $2", what, path, wrong).Render());
}

// `what` names the file in errors: "certificate".
absl::StatusOr<PemFile> ReadPem(absl::string_view what, const std::string& path) {
  const auto refuse = [&](const Sentence& wrong) { return Unfit(what, path, wrong); };
  if (path.empty()) {
    return absl::FailedPreconditionError(
        Say("no $0 file is configured; give the path of a PEM file", what).Render());
  }
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    if (errno == ENOENT) return refuse(Say("is missing; enrol first, or correct the path"));
    return refuse(Say("cannot be read: $0; give this program's user the right to read it",
                      std::strerror(errno)));
  }
  PemFile out;
  struct stat status = {};
  const bool regular = fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  out.mode = status.st_mode & 07777;
  ssize_t got = 1;
  while (regular && got > 0 && out.text.size() <= kPemBytesMax) {
    char bytes[4096];
    got = read(file, bytes, sizeof bytes);
    if (got > 0) out.text.append(bytes, static_cast<size_t>(got));
  }
  close(file);
  if (!regular) return refuse(Say("is not a regular file; a PEM file is wanted"));
  if (got < 0) return refuse(Say("cannot be read to its end; a PEM file is wanted"));
  if (out.text.size() > kPemBytesMax) return refuse(Say("is over 1 MiB; a PEM file is wanted"));
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
absl::Time InstantOf(const ASN1_TIME* time) {
  std::tm parts = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();
  return absl::FromTM(parts, absl::UTCTimeZone());
}

// Whether `certificate` is in force now; what is wrong with it, as the end of a sentence, if not.
std::optional<Sentence> OutOfForce(const X509& certificate) {
  const absl::Time now = SystemClock().Now();
  const absl::Time start = InstantOf(X509_get0_notBefore(&certificate));
  const absl::Time end = InstantOf(X509_get0_notAfter(&certificate));
  const auto text = [](absl::Time time) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
  };
  if (now >= end) return Say("expired at $0; renew it", text(end));
  if (now < start) {
    return Say("is valid from $0 only; check the clock of this machine", text(start));
  }
  return std::nullopt;
}

absl::Status CheckAuthority(const std::string& path) {
  absl::StatusOr<PemFile> file = ReadPem("CA", path);
  if (!file.ok()) return file.status();
  std::optional<Sentence> wrong =
      Say("holds no PEM certificate; the certificate of the CA is wanted");
  // A bundle may still hold the authority before this one: one in force is enough.
  for (const Certificate& certificate : ParseCertificates(file->text)) {
    wrong = OutOfForce(*certificate);
    if (!wrong.has_value()) return absl::OkStatus();
  }
  return Unfit("CA", path, *wrong);
}

absl::Status CheckOwn(const TlsFiles& files) {
  absl::StatusOr<PemFile> certificate_file = ReadPem("certificate", files.certificate);
  if (!certificate_file.ok()) return certificate_file.status();
  const std::vector<Certificate> chain = ParseCertificates(certificate_file->text);
  const std::optional<Sentence> wrong =
      chain.empty() ? Say("holds no PEM certificate; our own, and its chain, are wanted")
                    : OutOfForce(*chain.front());
  if (wrong.has_value()) return Unfit("certificate", files.certificate, *wrong);

  absl::StatusOr<PemFile> key_file = ReadPem("key", files.key);
  if (!key_file.ok()) return key_file.status();
  const auto refuse_key = [&](const Sentence& why) { return Unfit("key", files.key, why); };
  if ((key_file->mode & 07) != 0) {
    return refuse_key(Say("has mode $0, so others may use it; chmod 0600 $1",
                          absl::StrFormat("%04o", key_file->mode), files.key));
  }
  const Key key = ParseKey(key_file->text);
  if (key == nullptr) return refuse_key(Say("holds no PEM private key, or one with a pass phrase"));
  const bool fits = X509_check_private_key(chain.front().get(), key.get()) == 1;
  ERR_clear_error();
  if (!fits) {
    return refuse_key(
        Say("is not the key of the certificate $0; install both from the same enrolment",
            files.certificate));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckTlsFiles(const TlsFiles& files) {
  if (absl::Status status = CheckAuthority(files.ca); !status.ok()) return status;
  return CheckOwn(files);
}

}  // namespace mesolys
