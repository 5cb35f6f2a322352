#include "tests/bench/floors.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "mesolys/v1/identity.grpc.pb.h"
#include "proto/runtime/channel.h"
#include "proto/runtime/server.h"
#include "tests/bench/measure.h"

namespace mesolys::bench {
namespace {

class EchoService final : public v1::IdentityService::CallbackService {
 public:
  grpc::ServerUnaryReactor* GetWhoAmI(grpc::CallbackServerContext* context,
                                      const v1::GetWhoAmIRequest*, v1::WhoAmI*) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

void Exec(sqlite3* database, const char* sql) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return;
  std::fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(database));
  std::exit(1);
}

}  // namespace

double FdatasyncMicros(const std::string& folder) {
  const std::string path = folder + "/fdatasync.probe";
  const int file = open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  if (file < 0) std::exit(1);
  const std::string block(4096, 'x');
  std::vector<double> micros;
  for (int i = 0; i < 500; ++i) {
    const auto start = std::chrono::steady_clock::now();
    if (write(file, block.data(), block.size()) < 0 || fdatasync(file) != 0) std::exit(1);
    micros.push_back(SecondsSince(start) * 1e6);
  }
  close(file);
  std::filesystem::remove(path);
  return Median(micros);
}

double SqliteRowsPerSecond(const std::string& folder, int rows_per_commit,
                           std::chrono::milliseconds duration) {
  const std::string path = folder + "/plain.db";
  std::filesystem::remove(path);
  sqlite3* database = nullptr;
  if (sqlite3_open(path.c_str(), &database) != SQLITE_OK) std::exit(1);
  Exec(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
  Exec(database,
       "CREATE TABLE row(id INTEGER PRIMARY KEY, key TEXT UNIQUE, body BLOB NOT NULL) STRICT;");
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(database, "INSERT INTO row VALUES(?,?,?)", -1, &insert, nullptr);
  const std::string body(300, 'x');
  int64_t rows = 0;
  const auto start = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - start < duration) {
    Exec(database, "BEGIN IMMEDIATE");
    for (int i = 0; i < rows_per_commit; ++i) {
      const std::string key = "key-" + std::to_string(++rows);
      sqlite3_bind_int64(insert, 1, rows);
      sqlite3_bind_text(insert, 2, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
      sqlite3_bind_blob(insert, 3, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
      if (sqlite3_step(insert) != SQLITE_DONE) std::exit(1);
      sqlite3_reset(insert);
    }
    Exec(database, "COMMIT");
  }
  const double rate = static_cast<double>(rows) / SecondsSince(start);
  sqlite3_finalize(insert);
  sqlite3_close(database);
  std::filesystem::remove(path);
  return rate;
}

double GrpcEchoPerSecond(TestCa& ca, int in_flight, std::chrono::milliseconds duration) {
  EchoService service;
  absl::StatusOr<RunningServer> server =
      StartServer("127.0.0.1:0", ca.Files("service/scheduler"), {&service});
  if (!server.ok()) std::exit(1);
  auto channel = ConnectTo("127.0.0.1:" + std::to_string(server->port), ca.Files("user/olga"));
  if (!channel.ok()) std::exit(1);
  const auto stub = v1::IdentityService::NewStub(*channel);
  struct Call {
    grpc::ClientContext context;
    v1::GetWhoAmIRequest request;
    v1::WhoAmI answer;
  };
  const double rate =
      CallsPerSecond<Call>(in_flight, duration, [&](Call& call, std::function<void()> done) {
        stub->async()->GetWhoAmI(&call.context, &call.request, &call.answer,
                                 [done = std::move(done)](const grpc::Status& status) {
                                   if (!status.ok()) std::exit(1);
                                   done();
                                 });
      });
  server->server->Shutdown(std::chrono::system_clock::now());
  server->server->Wait();
  return rate;
}

void PrintDisk(const std::string& folder) {
  std::printf("%-52s %12.0f us\n", "floor: fdatasync of 4 KiB, median", FdatasyncMicros(folder));
}

}  // namespace mesolys::bench
