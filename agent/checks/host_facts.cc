#include "agent/checks/host_facts.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/process/line_reader.h"
#include "proto/runtime/certificate.h"

namespace mesolys::agent {
namespace {

// The spool of a busy week, many times over.
constexpr int64_t kFreeBytesGood = int64_t{1} << 30;
constexpr int64_t kFreeBytesLeast = int64_t{64} << 20;

std::string Day(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M", time, absl::UTCTimeZone());
}

// Empty when a file can be made there.
std::string WhyNotWritable(const std::string& folder) {
  std::string name = absl::StrCat(folder, "/.check-XXXXXX");
  const int file = ::mkostemp(name.data(), O_CLOEXEC);
  if (file < 0) return std::strerror(errno);
  ::close(file);
  ::unlink(name.c_str());
  return "";
}

Finding CheckTerm(const std::string& subject, const std::string& path, absl::Time now) {
  const absl::StatusOr<CertificateFacts> facts = ReadCertificate(path);
  if (!facts.ok()) {
    return Fail(subject, std::string(facts.status().message()), "enrol the site again");
  }
  const absl::Duration left = facts->end - now;
  const std::string until = absl::StrCat("until ", Day(facts->end), " UTC");
  // It is renewed when two thirds of its life are over: later, something does not renew it.
  if (left < (facts->end - facts->start) / 3) {
    return Warn(subject, absl::StrCat("good ", until, " only: it should have been renewed by now"),
                absl::StrCat("renew ", path));
  }
  return Pass(subject, absl::StrCat("good ", until));
}

}  // namespace

Finding CheckStateDir(const std::string& path) {
  const std::string subject = "state_dir";
  std::error_code error;
  std::string folder = path;
  const bool exists = std::filesystem::exists(path, error);
  if (exists && !std::filesystem::is_directory(path, error)) {
    return Fail(subject, absl::StrCat(path, " is not a folder"), "state_dir = a folder");
  }
  if (!exists) {
    const std::filesystem::path parent = std::filesystem::path(path).parent_path();
    folder = (parent.empty() ? std::filesystem::path(".") : parent).string();
  }
  if (const std::string why = WhyNotWritable(folder); !why.empty()) {
    return Fail(subject, absl::StrCat("cannot write to ", folder, ": ", why),
                absl::StrCat("install -d -m 0750 -o $(id -un) ", path, ", as root"));
  }
  struct statvfs space = {};
  if (::statvfs(folder.c_str(), &space) == 0) {
    const int64_t free =
        static_cast<int64_t>(space.f_bavail) * static_cast<int64_t>(space.f_frsize);
    const std::string text =
        absl::StrCat(folder, " can be written and has ", free >> 20, " MiB free");
    if (free < kFreeBytesLeast) return Fail(subject, text, "make room: the spool lies there");
    if (free < kFreeBytesGood) return Warn(subject, text, "make room: the spool lies there");
    return Pass(subject, text);
  }
  return Pass(subject, absl::StrCat(folder, " can be written"));
}

std::vector<Finding> CheckCertificates(const TlsFiles& files, absl::string_view site,
                                       absl::Time now) {
  if (const absl::Status usable = CheckTlsFiles(files); !usable.ok()) {
    return {Fail("certificates", std::string(usable.message()),
                 "ca, certificate and key of [scheduler] in agent.toml")};
  }
  std::vector<Finding> findings;
  const std::string right = absl::StrCat("spiffe://mesolys/site/", site);
  const absl::StatusOr<CertificateFacts> own = ReadCertificate(files.certificate);
  if (own.ok() && own->uris == std::vector<std::string>{right}) {
    findings.push_back(Pass("identity", right));
  } else {
    const std::string whose =
        own.ok() && !own->uris.empty() ? absl::StrJoin(own->uris, ", ") : "nobody";
    findings.push_back(
        Fail("identity", absl::StrCat(files.certificate, " is of ", whose, ", not of ", right),
             absl::StrCat("enrol as site/", site, ", or correct site in agent.toml")));
  }
  findings.push_back(CheckTerm("certificate", files.certificate, now));
  findings.push_back(CheckTerm("certificate of the CA", files.ca, now));
  return findings;
}

Finding CheckReadable(const std::string& subject, const std::string& path) {
  const absl::StatusOr<LineReader> file = LineReader::Open(path);
  if (file.ok()) return Pass(subject, absl::StrCat(path, " can be read"));
  return Fail(subject, std::string(file.status().message()),
              absl::IsNotFound(file.status())
                  ? "correct the path in agent.toml"
                  : absl::StrCat("give this program's user the right to read ", path));
}

}  // namespace mesolys::agent
