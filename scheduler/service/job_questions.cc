#include "scheduler/service/job_questions.h"

#include <algorithm>
#include <utility>

namespace mesolys {

void JobQuestions::OnChange(std::function<void()> changed) { changed_.Set(std::move(changed)); }

int64_t JobQuestions::Ask(const std::string& site, const std::string& asker,
                          const v1::ExplainJobRequest& request, absl::Time now) {
  int64_t number = 0;
  {
    MutexLock lock(mutex_);
    // Another one after a restart, too.
    number = std::max(absl::ToUnixMicros(now), last_number_ + 1);
    last_number_ = number;
    std::erase_if(questions_, [now](const Question& each) { return each.ask_time + kKept < now; });
    const auto is_own = [&asker](const Question& each) { return each.asker == asker; };
    if (std::count_if(questions_.begin(), questions_.end(), is_own) >= kOwnMax) {
      questions_.erase(std::find_if(questions_.begin(), questions_.end(), is_own));
    }
    const auto waits = [&site](const Question& each) {
      return each.site == site && !each.told.has_value();
    };
    if (std::count_if(questions_.begin(), questions_.end(), waits) >= kWaitingMax) return 0;
    Question& asked = questions_.emplace_back();
    asked.number = number;
    asked.site = site;
    asked.asker = asker;
    asked.cluster = request.cluster();
    asked.job_id = request.job_id();
    if (request.has_array_task_id()) asked.array_task_id = request.array_task_id();
    asked.ask_time = now;
  }
  changed_.Call();
  return number;
}

std::vector<v1::WantedJob> JobQuestions::WantedOf(const std::string& site, absl::Time now) {
  std::vector<v1::WantedJob> wanted;
  MutexLock lock(mutex_);
  while (!questions_.empty() && questions_.front().ask_time + kKept < now) questions_.pop_front();
  for (const Question& each : questions_) {
    if (each.site != site || each.told.has_value()) continue;
    v1::WantedJob& job = wanted.emplace_back();
    job.set_number(each.number);
    job.set_cluster(each.cluster);
    job.set_job_id(each.job_id);
    if (each.array_task_id.has_value()) job.set_array_task_id(*each.array_task_id);
  }
  return wanted;
}

void JobQuestions::Tell(const std::string& site, const v1::ToldJob& told) {
  MutexLock lock(mutex_);
  for (Question& each : questions_) {
    if (each.number == told.number() && each.site == site && !each.told.has_value()) {
      each.told = told;
    }
  }
}

std::optional<JobQuestions::Question> JobQuestions::Find(int64_t number,
                                                         const std::string& asker) const {
  MutexLock lock(mutex_);
  for (const Question& each : questions_) {
    if (each.number == number && each.asker == asker) return each;
  }
  return std::nullopt;
}

}  // namespace mesolys
