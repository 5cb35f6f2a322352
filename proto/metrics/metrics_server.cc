#include "proto/metrics/metrics_server.h"

#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "prometheus/collectable.h"
#include "prometheus/exposer.h"

namespace mesolys {
namespace {

constexpr size_t kThreads = 2;

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Serve(
    const std::string& listen, const std::string& default_listen, std::vector<MetricsPage> pages) {
  try {
    auto exposer = std::make_unique<prometheus::Exposer>(listen, kThreads);
    for (const MetricsPage& page : pages) {
      for (const auto& each : page.collectables) exposer->RegisterCollectable(each, page.path);
    }
    return std::unique_ptr<MetricsServer>(new MetricsServer(std::move(pages), std::move(exposer)));
  } catch (const std::exception& error) {
    return absl::UnavailableError(
        absl::StrCat("cannot serve metrics on \"", listen, "\": ", error.what(),
                     "; choose a free port of this machine as metrics_listen, for example ",
                     default_listen, ", or \"\" for none"));
  }
}

MetricsServer::MetricsServer(std::vector<MetricsPage> pages,
                             std::unique_ptr<prometheus::Exposer> exposer)
    : pages_(std::move(pages)), exposer_(std::move(exposer)) {}

MetricsServer::~MetricsServer() = default;

int MetricsServer::port() const { return exposer_->GetListeningPorts().front(); }

}  // namespace mesolys
