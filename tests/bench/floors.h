#ifndef MESOLYS_TESTS_BENCH_FLOORS_H_
#define MESOLYS_TESTS_BENCH_FLOORS_H_

// What the machine gives to anybody, measured in the same run: a figure of ours means nothing
// without it.

#include <chrono>
#include <string>

#include "tests/fakes/test_ca.h"

namespace mesolys::bench {

// Median microseconds of a 4 KiB append and fdatasync in `folder`.
double FdatasyncMicros(const std::string& folder);

// Rows of 300 bytes into a WAL, synchronous=FULL table with a unique key.
double SqliteRowsPerSecond(const std::string& folder, int rows_per_commit,
                           std::chrono::milliseconds duration = std::chrono::seconds(1));

// Empty calls over mutual TLS, client and server in this process.
double GrpcEchoPerSecond(TestCa& ca, int in_flight,
                         std::chrono::milliseconds duration = std::chrono::seconds(1));

// Prints the disk's part as a line.
void PrintDisk(const std::string& folder);

}  // namespace mesolys::bench

#endif  // MESOLYS_TESTS_BENCH_FLOORS_H_
