// How fast the agent reads a real slurmdbd: `collect SLURM_CONF CLUSTER DAYS`, beside `sacct`
// alone. tests/bench/slurm/collect.py starts a cluster, fills its database and calls this.

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "agent/slurm/sacct.h"
#include "agent/slurm/slurm.h"
#include "agent/state/spool.h"
#include "proto/runtime/clock.h"
#include "tests/bench/measure.h"
#include "tests/fakes/temporary_directory.h"

namespace {

constexpr int kRuns = 5;
constexpr int64_t kSpoolMax = 10'000'000;

mesolys::agent::SacctOptions Options(const std::string& slurm_conf, const std::string& cluster) {
  mesolys::agent::SacctOptions options;
  options.slurm_conf = slurm_conf;
  options.clusters = {cluster};
  options.deadline = absl::Minutes(10);
  return options;
}

double CpuSeconds(int who) {
  rusage used{};
  getrusage(who, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  std::exit(1);
}

// Rows of the whole span, in the collector's slices; what is read is thrown away.
int64_t ReadAlone(const mesolys::agent::SacctOptions& options, absl::Duration span,
                  absl::Time now) {
  mesolys::agent::SacctProgram sacct(options);
  int64_t rows = 0;
  const absl::Duration slice = mesolys::agent::SlurmWindows().slice;
  for (absl::Time from = now - span; from < now; from += slice) {
    Require(sacct.Read(from, std::min(now, from + slice), [&](const mesolys::agent::OutputLine&) {
      ++rows;
      return absl::OkStatus();
    }));
  }
  return rows;
}

// A collection until nothing is left, into a spool of its own.
class Collection {
 public:
  Collection(const mesolys::agent::SacctOptions& options, absl::Duration span) {
    mesolys::agent::SlurmWindows windows;
    windows.old = span;
    collector_ = std::make_unique<mesolys::agent::Slurm>(
        std::make_unique<mesolys::agent::SacctProgram>(options), windows, directory_.path());
    auto spool = mesolys::agent::Spool::Open(directory_.path(), kSpoolMax);
    Require(spool.status());
    spool_ = *std::move(spool);
  }

  int64_t Run(absl::Time now) {
    int64_t records = 0;
    for (bool has_more = true; has_more;) {
      const auto cursor = spool_->Cursor();
      Require(cursor.status());
      const auto collected = collector_->Collect(*cursor, 2'000, now);
      Require(collected.status());
      Require(spool_->Add(collected->records, collected->cursor, {}, now));
      records += static_cast<int64_t>(collected->records.size());
      has_more = collected->has_more;
    }
    return records;
  }

 private:
  mesolys::TemporaryDirectory directory_;
  std::unique_ptr<mesolys::agent::Slurm> collector_;
  std::unique_ptr<mesolys::agent::Spool> spool_;
};

}  // namespace

int main(int argc, char** argv) {
  int64_t days = 0;
  if (argc != 4 || !absl::SimpleAtoi(argv[3], &days) || days <= 0) {
    std::fprintf(stderr, "usage: collect SLURM_CONF CLUSTER DAYS\n");
    return 2;
  }
  const mesolys::agent::SacctOptions options = Options(argv[1], argv[2]);
  const absl::Duration span = absl::Hours(24 * days);
  const absl::Time now = mesolys::SystemClock().Now();
  std::printf("floor: sacct alone, its rows thrown away %26.0f rows/s\n",
              mesolys::bench::MedianOf(kRuns, [&] {
                const auto start = std::chrono::steady_clock::now();
                return static_cast<double>(ReadAlone(options, span, now)) /
                       mesolys::bench::SecondsSince(start);
              }));
  int64_t records = 0;
  std::printf("sacct, collector and spool %40.0f jobs/s\n", mesolys::bench::MedianOf(kRuns, [&] {
                Collection collection(options, span);
                const auto start = std::chrono::steady_clock::now();
                records = collection.Run(now);
                return static_cast<double>(records) / mesolys::bench::SecondsSince(start);
              }));
  std::printf("of %ld jobs\n", static_cast<long>(records));
  Collection collection(options, span);
  collection.Run(now);
  const double own = CpuSeconds(RUSAGE_SELF);
  const double sacct = CpuSeconds(RUSAGE_CHILDREN);
  // The second one looks at the last minutes, the third at everything again a day later.
  collection.Run(now + absl::Seconds(10));
  std::printf("a look without news, CPU of the agent %29.3f s, of sacct %.3f s\n",
              CpuSeconds(RUSAGE_SELF) - own, CpuSeconds(RUSAGE_CHILDREN) - sacct);
  const double own_before = CpuSeconds(RUSAGE_SELF);
  const double sacct_before = CpuSeconds(RUSAGE_CHILDREN);
  const int64_t news = collection.Run(now + absl::Hours(24));
  std::printf("the span again without news (%ld told), CPU of the agent %.3f s, of sacct %.3f s\n",
              static_cast<long>(news), CpuSeconds(RUSAGE_SELF) - own_before,
              CpuSeconds(RUSAGE_CHILDREN) - sacct_before);
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  std::printf("memory of this process at most %36.0f MiB\n",
              static_cast<double>(used.ru_maxrss) / 1024);
  return 0;
}
