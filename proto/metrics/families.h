#ifndef MESOLYS_PROTO_METRICS_FAMILIES_H_
#define MESOLYS_PROTO_METRICS_FAMILIES_H_

// Metric families as a collectable makes them when somebody asks: scheduler and agents name and
// fill theirs with the same few words. Any thread.

#include <string>
#include <vector>

#include "prometheus/metric_family.h"

namespace mesolys {

using Labels = std::vector<prometheus::ClientMetric::Label>;

// Without a value yet; `name` comes after "mesolys_".
prometheus::MetricFamily Gauge(const std::string& name, const std::string& help);
// The same of something that only grows while the program runs; its name ends with "_total".
prometheus::MetricFamily Counter(const std::string& name, const std::string& help);

void Add(prometheus::MetricFamily& family, Labels labels, double value);

// With one value.
prometheus::MetricFamily Gauge(const std::string& name, const std::string& help, Labels labels,
                               double value);
prometheus::MetricFamily Counter(const std::string& name, const std::string& help, Labels labels,
                                 double value);

// When the certificate in a PEM file ends, as {prefix}certificate_expiry_timestamp_seconds, and
// what the file system of `folder` has, as {prefix}disk_free_bytes and _size_bytes. What cannot be
// read is left out: its absence is an alarm of its own.
void AddMachine(const std::string& prefix, const Labels& labels, const std::string& certificate,
                const std::string& folder, std::vector<prometheus::MetricFamily>& out);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_METRICS_FAMILIES_H_
