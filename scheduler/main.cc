#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "proto/runtime/log.h"
#include "proto/runtime/program.h"
#include "proto/runtime/tls_files.h"
#include "proto/values/quoted.h"
#include "scheduler/call/divide.h"
#include "scheduler/config/catalogue_file.h"
#include "scheduler/config/scheduler_config.h"
#include "scheduler/engine/verify.h"
#include "scheduler/serve.h"
#include "scheduler/store/row_hash.h"
#include "scheduler/store/sqlite/sqlite_event_store.h"

namespace {

enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2 };

int Fail(const absl::Status& status, ExitCode code) {
  std::cerr << "mesolys-scheduler: " << status.message() << "\n";
  return code;
}

int RunServe(const std::string& path, bool check_only) {
  absl::StatusOr<mesolys::SchedulerConfig> config = mesolys::LoadSchedulerConfig(path);
  if (!config.ok()) return Fail(config.status(), kUsage);
  absl::Status catalogue = mesolys::LoadCatalogue(config->catalogue).status();
  if (!catalogue.ok()) return Fail(catalogue, kUsage);
  if (absl::Status tls = mesolys::CheckTlsFiles(config->tls); !tls.ok()) return Fail(tls, kUsage);
  if (check_only) {
    std::cout << path << " and " << config->catalogue << " are right\n";
    return kDone;
  }
  mesolys::StartLog(config->log_level);
  absl::Status status = mesolys::Serve(*config);
  return status.ok() ? kDone : Fail(status, kFailed);
}

// Whether the caller is to name or write something else. So is a file without SQLite's header,
// damaged or not.
bool IsUsage(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsNotFound(status) ||
         absl::IsFailedPrecondition(status);
}

int RunVerify(const std::string& database) {
  absl::StatusOr<std::unique_ptr<mesolys::SqliteEventStore>> store =
      mesolys::SqliteEventStore::Open(database, mesolys::SqliteEventStore::Mode::kReadOnly);
  if (!store.ok()) return Fail(store.status(), IsUsage(store.status()) ? kUsage : kFailed);
  absl::StatusOr<mesolys::VerifyReport> report = mesolys::Verify(**store);
  if (!report.ok()) return Fail(report.status(), kFailed);
  std::cout << "verified: revision " << report->revision << ", hash "
            << mesolys::ToHex(report->hash) << ", " << report->job_count << " jobs, "
            << report->booked_count << " totals agree\n";
  return kDone;
}

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

int RunDivide(mesolys::DivideOptions options) {
  options.bars = mesolys::ShowsUtf8(Variable) ? mesolys::Bars::kUtf8 : mesolys::Bars::kAscii;
  const absl::Status status = mesolys::Divide(options);
  if (status.ok()) return kDone;
  return Fail(status, IsUsage(status) ? kUsage : kFailed);
}

}  // namespace

int main(int argc, char** argv) {
#ifdef NDEBUG
  mesolys::TrustLockOrder();
#endif
  CLI::App app(
      "The scheduler of MésoLyS: decides requests and keeps the ledger.\n\n"
      "  mesolys-scheduler serve --config scheduler.toml\n"
      "  mesolys-scheduler serve --config scheduler.toml --check-config\n"
      "  mesolys-scheduler verify --database ledger.db\n"
      "  mesolys-scheduler divide call.json\n"
      "  mesolys-scheduler divide call.json --explain --plot --html call.html",
      "mesolys-scheduler");
  app.require_subcommand(1);
  app.set_version_flag("--version", MESOLYS_VERSION);

  std::string config;
  bool check_only = false;
  CLI::App* serve = app.add_subcommand("serve", "Serve until SIGINT or SIGTERM");
  serve->add_option("--config", config, "TOML file with the scheduler's settings")->required();
  serve->add_flag("--check-config", check_only, "Read the settings and the catalogue, then stop");

  std::string database;
  CLI::App* verify =
      app.add_subcommand("verify",
                         "Check the chain of the log and the job rows against its fold; changes "
                         "nothing. Exit status 0: all agree, 1: something does not, or cannot be "
                         "read, 2: this is no ledger, or one of a newer version");
  verify->add_option("--database", database, "SQLite file of the ledger")->required();

  mesolys::DivideOptions divide_options;
  CLI::App* divide = app.add_subcommand(
      "divide", "Divide a call from a file or standard input; needs no server and no database");
  divide->add_option("FILE", divide_options.file,
                     "JSON with pools and claims; left out or -: standard input");
  divide->add_flag("--explain", divide_options.explain,
                   "Print each bottleneck instead of JSON: how many times over-asked, who was cut");
  divide->add_flag("--plot", divide_options.plot,
                   "Print bars instead of JSON: how full sites and periods are, what groups get");
  divide
      ->add_option("--html", divide_options.html_file,
                   "Also write a page with charts to this file; it needs no script")
      ->type_name("FILE");
  divide
      ->add_option("--what-if", divide_options.what_if,
                   "Divide again with this changed and print the differences: "
                   "capacity:SITE:PERIOD:RESOURCE=AMOUNT or weight:REQUEST:RESOURCE=POINTS")
      ->allow_extra_args(false);

  if (argc > 1 && argv[1][0] != '-' &&
      app.get_subcommands([&](CLI::App* each) { return each->check_name(argv[1]); }).empty()) {
    return Fail(
        absl::InvalidArgumentError(absl::StrCat(
            mesolys::Quoted(argv[1]), " is no command; there are serve, verify and divide")),
        kUsage);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  if (divide->parsed()) return RunDivide(std::move(divide_options));
  return serve->parsed() ? RunServe(config, check_only) : RunVerify(database);
}
