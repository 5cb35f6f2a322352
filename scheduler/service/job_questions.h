#ifndef MESOLYS_SCHEDULER_SERVICE_JOB_QUESTIONS_H_
#define MESOLYS_SCHEDULER_SERVICE_JOB_QUESTIONS_H_

// What somebody asks about single jobs, and what the agents of their sites answered: in memory, and
// for a minute, for an answer is soon out of date. Any thread.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "mesolys/v1/agent.pb.h"
#include "mesolys/v1/usage.pb.h"
#include "mesolys/v1/waiting_job.pb.h"
#include "proto/runtime/mutex.h"
#include "scheduler/engine/listener.h"

namespace mesolys {

class JobQuestions {
 public:
  static constexpr absl::Duration kKept = absl::Minutes(1);
  // Of one person, and of one site; who asks more drops their own oldest, or is not heard.
  static constexpr std::ptrdiff_t kOwnMax = 2;
  static constexpr std::ptrdiff_t kWaitingMax = 32;

  struct Question {
    int64_t number = 0;
    std::string site;
    std::string asker;
    std::string cluster;
    int64_t job_id = 0;
    std::optional<int64_t> array_task_id;
    absl::Time ask_time;
    // What the site said; none yet.
    std::optional<v1::ToldJob> told;
  };

  // `changed` is called when one is asked, until another one, or none, is set. It must be short.
  void OnChange(std::function<void()> changed);

  // 0 when too many wait already.
  int64_t Ask(const std::string& site, const std::string& asker,
              const v1::ExplainJobRequest& request, absl::Time now);
  // Those of the site that are not answered.
  std::vector<v1::WantedJob> WantedOf(const std::string& site, absl::Time now);
  void Tell(const std::string& site, const v1::ToldJob& told);
  // Nothing for one that is not known, not any more, or somebody else's.
  std::optional<Question> Find(int64_t number, const std::string& asker) const;

 private:
  Listener<> changed_;
  mutable Mutex mutex_;
  std::deque<Question> questions_ ABSL_GUARDED_BY(mutex_);  // the oldest first
  int64_t last_number_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_JOB_QUESTIONS_H_
