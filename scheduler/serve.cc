#include "scheduler/serve.h"

#include <chrono>
#include <filesystem>
#include <future>
#include <memory>

#include "absl/strings/str_cat.h"
#include "proto/runtime/clock.h"
#include "proto/runtime/program.h"
#include "proto/runtime/server.h"
#include "proto/runtime/thread_runtime.h"
#include "proto/values/amount_text.h"
#include "scheduler/config/catalogue_file.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/engine/engine.h"
#include "scheduler/engine/upkeep.h"
#include "scheduler/metrics/instruments.h"
#include "scheduler/metrics/metrics.h"
#include "scheduler/service/access_table.h"
#include "scheduler/service/agent_service.h"
#include "scheduler/service/services.h"
#include "scheduler/store/row_hash.h"
#include "scheduler/store/sqlite/sqlite_event_store.h"
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
  // Shared, because the answering loop may still be inside set_value when this one goes on.
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

// Nothing where none are wanted.
absl::StatusOr<std::unique_ptr<MetricsServer>> StartMetrics(const SchedulerConfig& config,
                                                            const Engine& engine,
                                                            const SiteSessions& sessions,
                                                            const Instruments& instruments) {
  if (config.metrics_listen.empty()) return nullptr;
  const std::filesystem::path folder = std::filesystem::path(config.database).parent_path();
  absl::StatusOr<std::unique_ptr<MetricsServer>> metrics =
      ServeMetrics({config.metrics_listen, config.project_metrics, MESOLYS_VERSION,
                    config.tls.certificate, folder.empty() ? "." : folder.string()},
                   engine, sessions, instruments);
  if (!metrics.ok()) return metrics.status();
  spdlog::info("metrics on http://{}/metrics (port {})", config.metrics_listen, (*metrics)->port());
  return metrics;
}

constexpr absl::Duration kUpkeepInterval = absl::Minutes(1);

}  // namespace

absl::Status Serve(const SchedulerConfig& config) {
  const StopSignals stop_signals;
  if (absl::Status status = CheckAccessTable(AccessTable()); !status.ok()) return status;
  absl::StatusOr<std::unique_ptr<SqliteEventStore>> store =
      SqliteEventStore::Open(config.database, SqliteEventStore::Mode::kReadWrite);
  if (!store.ok()) return store.status();
  const SystemClock clock;
  ThreadRuntime runtime;
  Instruments instruments;  // counts until the engine has ended
  absl::StatusOr<std::unique_ptr<Engine>> engine = Engine::Start(**store, clock, runtime);
  if (!engine.ok()) return engine.status();
  if (absl::Status status = Adopt(**engine, config.catalogue); !status.ok()) return status;
  const std::unique_ptr<Loop> upkeep = StartUpkeep(**engine, runtime, kUpkeepInterval);

  SiteSessions sessions;
  Comparisons comparisons(**engine);
  JobQuestions jobs;
  WorkQueue queries(runtime);
  AgentCalls calls(runtime, **engine, sessions, comparisons, jobs, queries);
  Services services = NewServices({**engine, sessions, comparisons, jobs, queries});
  services.push_back(NewAgentService(calls));
  (*engine)->OnCommit([&instruments](absl::Duration duration, int64_t command_count) {
    instruments.CountCommit(duration, command_count);
  });
  absl::StatusOr<std::unique_ptr<MetricsServer>> metrics =
      StartMetrics(config, **engine, sessions, instruments);
  if (!metrics.ok()) return metrics.status();
  ServerInterceptors interceptors;
  interceptors.push_back(instruments.Interceptor());
  absl::StatusOr<RunningServer> server =
      StartServer(config.listen, config.tls, Pointers(services), std::move(interceptors));
  if (!server.ok()) return server.status();
  spdlog::info("serving on {} (port {}), revision {}", config.listen, server->port,
               (*engine)->head().revision);

  stop_signals.Wait();
  spdlog::info("stopping");
  // Long polls never end by themselves.
  server->server->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(500));
  server->server->Wait();
  return absl::OkStatus();
}

}  // namespace mesolys
