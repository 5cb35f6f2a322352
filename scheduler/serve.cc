#include "scheduler/serve.h"

#include <csignal>
#include <future>
#include <memory>

#include "absl/strings/str_cat.h"
#include "proto/runtime/clock.h"
#include "proto/runtime/server.h"
#include "proto/values/amount_text.h"
#include "scheduler/config/catalogue_file.h"
#include "scheduler/core/identity.h"
#include "scheduler/engine.h"
#include "scheduler/service/access_table.h"
#include "scheduler/service/allocation_service.h"
#include "scheduler/service/metrics.h"
#include "scheduler/service/site_service.h"
#include "scheduler/store/row_hash.h"
#include "scheduler/store/sqlite_event_store.h"
#include "scheduler/upkeep.h"
#include "spdlog/spdlog.h"

namespace mesolys {
namespace {

// Adopts the catalogue's file, unless it is the one in force.
absl::Status Adopt(Engine& engine, const std::string& path) {
  absl::StatusOr<AdoptCatalogue> command = LoadCatalogue(path);
  if (!command.ok()) return command.status();
  const bool known = engine.Read(
      [&](const Ledger& ledger) { return ledger.catalogue_digest() == command->digest; });
  if (known) return absl::OkStatus();
  const std::string id =
      absl::StrCat("catalogue-", engine.head().revision, "-", ToHex(command->digest));
  // Shared, because the answering thread may still be inside set_value when this one goes on.
  auto done = std::make_shared<std::promise<absl::Status>>();
  engine.Submit(
      {kSchedulerIdentity, id, *std::move(command), /*validate_only=*/false,
       [done](const absl::StatusOr<Answer>& answer) { done->set_value(answer.status()); }});
  absl::Status status = done->get_future().get();
  if (!status.ok()) return status;
  spdlog::info("adopted the catalogue {}", path);
  const absl::Time now = engine.Now();
  engine.Read([&](const Ledger& ledger) {
    for (const auto& [site, resource, month] : ledger.OverbookedCells()) {
      if (month < ledger.catalogue().MonthAt(now)) continue;
      spdlog::warn(
          "{} of {} in {}: {} more were promised than the catalogue leaves; nothing more "
          "is promised there until they are used or released",
          resource, site, month.Label(),
          FormatAmount(resource, ledger.Overbooked(site, resource, month)));
    }
  });
  return absl::OkStatus();
}

constexpr auto kUpkeepInterval = std::chrono::minutes(1);

// Blocks the signals in this thread and in all that it starts.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

}  // namespace

absl::Status Serve(const SchedulerConfig& config) {
  const sigset_t stop_signals = BlockStopSignals();
  if (absl::Status status = CheckAccessTable(AccessTable()); !status.ok()) return status;
  absl::StatusOr<std::unique_ptr<SqliteEventStore>> store =
      SqliteEventStore::Open(config.database, SqliteEventStore::Mode::kReadWrite);
  if (!store.ok()) return store.status();
  const SystemClock clock;
  absl::StatusOr<std::unique_ptr<Engine>> engine = Engine::Start(**store, clock);
  if (!engine.ok()) return engine.status();
  if (absl::Status status = Adopt(**engine, config.catalogue); !status.ok()) return status;
  const Upkeep upkeep(**engine, kUpkeepInterval);

  SiteSessions sessions;
  Comparisons comparisons(**engine);
  WorkQueue queries;
  std::unique_ptr<grpc::Service> allocation =
      NewAllocationService(**engine, sessions, comparisons, queries);
  std::unique_ptr<grpc::Service> site = NewSiteService(**engine, sessions, comparisons, queries);
  std::unique_ptr<Metrics> metrics;
  if (!config.metrics_listen.empty()) {
    auto served = Metrics::Serve(config.metrics_listen, **engine, sessions, MESOLYS_VERSION);
    if (!served.ok()) return served.status();
    metrics = *std::move(served);
    spdlog::info("metrics on http://{}/metrics (port {})", config.metrics_listen, metrics->port());
  }
  absl::StatusOr<RunningServer> server =
      StartServer(config.listen, config.tls, {allocation.get(), site.get()});
  if (!server.ok()) return server.status();
  spdlog::info("serving on {} (port {}), revision {}", config.listen, server->port,
               (*engine)->head().revision);

  int signal = 0;
  sigwait(&stop_signals, &signal);
  spdlog::info("stopping");
  // Long polls never end by themselves.
  server->server->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(500));
  server->server->Wait();
  return absl::OkStatus();
}

}  // namespace mesolys
