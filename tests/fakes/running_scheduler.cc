#include "tests/fakes/running_scheduler.h"

#include <cstdio>
#include <cstdlib>
#include <future>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/runtime/channel.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/service/access_table.h"
#include "scheduler/service/agent_service.h"
#include "scheduler/service/services.h"
#include "scheduler/store/memory_event_store.h"
#include "scheduler/store/sqlite/sqlite_event_store.h"

namespace mesolys {
namespace {

constexpr auto kSettleMax = std::chrono::seconds(30);

void Require(const absl::Status& status, const char* what) {
  if (status.ok()) return;
  std::fprintf(stderr, "RunningScheduler: %s: %s\n", what, status.ToString().c_str());
  std::abort();
}

template <typename T>
T Require(absl::StatusOr<T> value, const char* what) {
  Require(value.status(), what);
  return *std::move(value);
}

}  // namespace

RunningScheduler::RunningScheduler(TestCa& ca, const Clock& clock, RunningSchedulerOptions options)
    : ca_(ca) {
  Require(CheckAccessTable(AccessTable()), "access table");
  if (options.store != nullptr) {
    store_ = std::move(options.store);
  } else if (options.database.empty()) {
    store_ = std::make_unique<MemoryEventStore>();
  } else {
    store_ = Require(SqliteEventStore::Open(options.database, SqliteEventStore::Mode::kReadWrite),
                     "store");
  }
  engine_ = Require(Engine::Start(*store_, clock, runtime_), "engine");
  if (engine_->head().revision == 0) Adopt(options.catalogue);
  comparisons_ = std::make_unique<Comparisons>(*engine_);
  queries_ = std::make_unique<WorkQueue>(runtime_);
  calls_ = std::make_unique<AgentCalls>(runtime_, *engine_, sessions_, *comparisons_, jobs_,
                                        *queries_, absl::FromChrono(options.patience));
  services_ = NewServices({*engine_, sessions_, *comparisons_, jobs_, *queries_});
  services_.push_back(NewAgentService(*calls_));
  server_ = Require(StartServer("127.0.0.1:0", ca_.Files("service/scheduler"), Pointers(services_),
                                std::move(options.interceptors)),
                    "server");
}

RunningScheduler::~RunningScheduler() {
  // Long polls never end by themselves.
  server_.server->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(500));
  server_.server->Wait();
}

std::string RunningScheduler::target() const { return absl::StrCat("127.0.0.1:", server_.port); }

std::shared_ptr<grpc::Channel> RunningScheduler::Connect(const std::string& identity) {
  return Require(ConnectTo(target(), ca_.Files(identity)), "channel");
}

bool RunningScheduler::WaitUntilSettled() {
  const auto until = std::chrono::steady_clock::now() + kSettleMax;
  while (!engine_->Read([](const Ledger& ledger) { return ledger.unsettled_accounts().empty(); })) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

void RunningScheduler::Adopt(const Catalogue& catalogue) {
  auto done = std::make_shared<std::promise<absl::Status>>();
  const int64_t revision = engine_->head().revision;
  const std::string id = revision == 0 ? "catalogue" : absl::StrCat("catalogue ", revision);
  engine_->Submit(
      {kSchedulerIdentity, id, AdoptCatalogue{catalogue, "a test's catalogue", "its digest"},
       /*validate_only=*/false,
       [done](const absl::StatusOr<Answer>& answer) { done->set_value(answer.status()); }});
  Require(done->get_future().get(), "catalogue");
}

}  // namespace mesolys
