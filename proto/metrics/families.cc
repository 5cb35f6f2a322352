#include "proto/metrics/families.h"

#include <sys/statvfs.h>

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "proto/runtime/certificate.h"

namespace mesolys {

using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily Gauge(const std::string& name, const std::string& help) {
  return {absl::StrCat("mesolys_", name), help, MetricType::Gauge, {}};
}

MetricFamily Counter(const std::string& name, const std::string& help) {
  return {absl::StrCat("mesolys_", name), help, MetricType::Counter, {}};
}

void Add(MetricFamily& family, Labels labels, double value) {
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  (family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
}

MetricFamily Gauge(const std::string& name, const std::string& help, Labels labels, double value) {
  MetricFamily family = Gauge(name, help);
  Add(family, std::move(labels), value);
  return family;
}

MetricFamily Counter(const std::string& name, const std::string& help, Labels labels,
                     double value) {
  MetricFamily family = Counter(name, help);
  Add(family, std::move(labels), value);
  return family;
}

void AddMachine(const std::string& prefix, const Labels& labels, const std::string& certificate,
                const std::string& folder, std::vector<MetricFamily>& out) {
  if (const absl::StatusOr<CertificateFacts> facts = ReadCertificate(certificate); facts.ok()) {
    out.push_back(Gauge(prefix + "certificate_expiry_timestamp_seconds",
                        "When the certificate that this program shows ends.", labels,
                        static_cast<double>(absl::ToUnixSeconds(facts->end))));
  }
  struct statvfs disk = {};
  if (::statvfs(folder.c_str(), &disk) != 0) return;
  const double block = static_cast<double>(disk.f_frsize);
  out.push_back(Gauge(prefix + "disk_free_bytes",
                      "What this program may still write where it keeps its state.", labels,
                      block * static_cast<double>(disk.f_bavail)));
  out.push_back(Gauge(prefix + "disk_size_bytes", "The size of the file system of its state.",
                      labels, block * static_cast<double>(disk.f_blocks)));
}

}  // namespace mesolys
