#ifndef MESOLYS_TESTS_BENCH_MEASURE_H_
#define MESOLYS_TESTS_BENCH_MEASURE_H_

// How the benchmarks measure: several runs, the median of them, and calls kept in flight.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

namespace mesolys::bench {

inline double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

// The median of `runs` results.
inline double MedianOf(int runs, const std::function<double()>& run) {
  std::vector<double> values;
  for (int i = 0; i < runs; ++i) values.push_back(run());
  return Median(values);
}

inline double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Keeps `in_flight` calls going for `duration`; `call(lane, done)` starts one and calls done() when
// it is answered. Calls answered per second.
inline double CallsPerSecond(int in_flight, std::chrono::milliseconds duration,
                             const std::function<void(int, std::function<void()>)>& call) {
  std::atomic<bool> stop{false};
  std::atomic<int64_t> answered{0};
  std::mutex mutex;
  std::condition_variable ended;
  int running = in_flight;
  std::function<void(int)> go = [&](int lane) {
    call(lane, [&, lane] {
      answered.fetch_add(1);
      if (!stop) return go(lane);
      const std::lock_guard<std::mutex> lock(mutex);
      if (--running == 0) ended.notify_one();
    });
  };
  const auto start = std::chrono::steady_clock::now();
  for (int lane = 0; lane < in_flight; ++lane) go(lane);
  std::unique_lock<std::mutex> lock(mutex);
  ended.wait_for(lock, duration, [] { return false; });
  stop = true;
  ended.wait(lock, [&] { return running == 0; });
  return static_cast<double>(answered) / SecondsSince(start);
}

}  // namespace mesolys::bench

#endif  // MESOLYS_TESTS_BENCH_MEASURE_H_
