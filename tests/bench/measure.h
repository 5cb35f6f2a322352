#ifndef MESOLYS_TESTS_BENCH_MEASURE_H_
#define MESOLYS_TESTS_BENCH_MEASURE_H_

// How the benchmarks measure: several runs, the median of them, and calls kept in flight.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
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

// Keeps `in_flight` calls going for `duration`; `start(call, done)` begins one, which holds what it
// needs in `call` and calls done() when it is answered. Calls answered per second.
//
// The calls live here and not with their callbacks. Who owns a call owns its channel; were a
// callback the last to let go of one, after the server too is gone, this gRPC would end the threads
// that run callbacks from one of them, which then goes on in memory that was freed.
template <typename Call>
double CallsPerSecond(int in_flight, std::chrono::milliseconds duration,
                      const std::function<void(Call&, std::function<void()>)>& start) {
  std::vector<std::unique_ptr<Call>> calls(static_cast<size_t>(in_flight));
  std::atomic<bool> stop{false};
  std::atomic<int64_t> answered{0};
  std::mutex mutex;
  std::condition_variable ended;
  int running = in_flight;
  std::function<void(size_t)> go = [&](size_t lane) {
    calls[lane] = std::make_unique<Call>();
    start(*calls[lane], [&, lane] {
      answered.fetch_add(1);
      if (!stop) return go(lane);
      const std::lock_guard<std::mutex> lock(mutex);
      if (--running == 0) ended.notify_one();
    });
  };
  const auto begin = std::chrono::steady_clock::now();
  for (size_t lane = 0; lane < calls.size(); ++lane) go(lane);
  std::unique_lock<std::mutex> lock(mutex);
  ended.wait_for(lock, duration, [] { return false; });
  stop = true;
  ended.wait(lock, [&] { return running == 0; });
  return static_cast<double>(answered) / SecondsSince(begin);
}

}  // namespace mesolys::bench

#endif  // MESOLYS_TESTS_BENCH_MEASURE_H_
