#include "scheduler/engine/engine.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/values/sentence.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/rules/canonical_text.h"
#include "scheduler/engine/batch.h"
#include "scheduler/store/event_codec.h"
#include "scheduler/store/job_codec.h"
#include "scheduler/store/row_hash.h"

namespace mesolys {
namespace {

constexpr size_t kCommandsMax = 512;     // in one commit
constexpr size_t kRecordsMax = 20'000;   // in one commit
constexpr size_t kResettlePage = 1'000;  // jobs
constexpr size_t kRequestIdMax = 128;
constexpr absl::Duration kStallDelay =
    absl::Seconds(1);  // before a page that failed is tried again

absl::Status NotAppended(const AppendResult& result) {
  if (result.outcome == AppendResult::Outcome::kUnknown) {
    return Refuse(Reason::kStoreUnavailable,
                  Say("the scheduler lost its store while it wrote, and cannot tell whether that "
                      "was kept; the same command again finds out: $0",
                      result.text));
  }
  if (result.outcome == AppendResult::Outcome::kFull) {
    return Refuse(
        Reason::kStoreFull,
        Say("the scheduler's disk is full, nothing was written: $0; try again when it has room",
            result.text));
  }
  return Refuse(
      Reason::kStoreUnavailable,
      Say("the scheduler cannot write now, nothing was written: $0; try again later", result.text));
}

absl::Status KeyReused(const std::string& request_id) {
  return Refuse(Reason::kRequestIdReused,
                Say("the key $0 was used for another change; make a new one for each", request_id),
                {{"request_id", request_id}});
}

AppendResult Unavailable(const absl::Status& status) {
  return {AppendResult::Outcome::kUnavailable, 0, std::string(status.message())};
}

absl::StatusOr<Answer> AnswerFrom(const LogRow& row) {
  absl::StatusOr<std::vector<Event>> events = DecodeEvents(row.body);
  if (!events.ok()) return events.status();
  return Answer{row.revision, absl::FromUnixMicros(row.time_us), *std::move(events),
                /*replayed=*/true};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> Engine::Start(EventStore& store, const Clock& clock,
                                                      Runtime& runtime) {
  std::unique_ptr<Engine> engine(new Engine(store, clock, runtime));
  if (absl::Status status = engine->CatchUp(); !status.ok()) return status;
  // Its first turn finds the accounts that were not settled when the last engine ended.
  engine->committer_ =
      runtime.Start(absl::ZeroDuration(), [&engine = *engine] { return engine.Step(); });
  return engine;
}

Engine::~Engine() {
  committer_.reset();
  while (IsQueued()) Step();
}

void Engine::Submit(Submission submission) {
  if (submission.request_id.empty() || submission.request_id.size() > kRequestIdMax) {
    submission.done(
        Refuse(Reason::kRequestIdMissing, Say("a change needs a key of its own of 1 to $0 bytes; "
                                              "make one (a UUID) and keep it for retries",
                                              kRequestIdMax)));
    return;
  }
  std::string digest = Sha256(CanonicalText(submission.command));
  {
    MutexLock lock(mutex_);
    queue_.push_back({std::move(submission), std::move(digest)});
  }
  if (committer_ != nullptr) committer_->Stir();  // at the end, what is left is done without it
}

LogHead Engine::head() const {
  MutexLock lock(mutex_);
  return head_;
}

void Engine::OnChange(std::function<void()> changed) { changed_.Set(std::move(changed)); }

void Engine::OnCommit(std::function<void(absl::Duration, int64_t)> committed) {
  committed_.Set(std::move(committed));
}

// Folds what the log has beyond the durable fold, checking the chain.
absl::Status Engine::CatchUp() {
  const LogHead from = head();
  absl::Status status = store_.Read(from.revision + 1, [this](const LogRow& row) {
    const LogHead before = head();
    if (row.revision != before.revision + 1 || row.hash != ChainHash(before.hash, row)) {
      return absl::DataLossError(absl::StrCat("the log is broken at revision ", row.revision,
                                              ": run `mesolys-scheduler verify` and restore"));
    }
    absl::StatusOr<std::vector<Event>> events = DecodeEvents(row.body);
    if (!events.ok()) return events.status();
    ApplyDurably(*events, absl::FromUnixMicros(row.time_us), row);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  MutexLock lock(mutex_);
  tentative_ = durable_;
  return absl::OkStatus();
}

void Engine::ApplyDurably(const std::vector<Event>& events, absl::Time time, const LogRow& row) {
  MutexLock lock(mutex_);
  for (const Event& event : events) durable_.Apply(event, time, row.revision);
  head_ = {row.revision, row.hash};
}

absl::Duration Engine::Step() {
  std::vector<Pending> pending = Take();
  if (!pending.empty()) {
    CommitAll(pending);
    AnswerAll(std::move(pending));
  }
  if (!tentative_.unsettled_accounts().empty()) ResettleOnePage();
  if (IsQueued()) return absl::ZeroDuration();
  if (tentative_.unsettled_accounts().empty()) return absl::InfiniteDuration();
  return resettlement_stalled_ ? kStallDelay : absl::ZeroDuration();
}

bool Engine::IsQueued() const {
  MutexLock lock(mutex_);
  return !queue_.empty();
}

std::vector<Engine::Pending> Engine::Take() {
  std::vector<Pending> pending;
  size_t records = 0;
  MutexLock lock(mutex_);
  while (!queue_.empty() && pending.size() < kCommandsMax && records < kRecordsMax) {
    pending.push_back(std::move(queue_.front()));
    queue_.pop_front();
    records += WeightOf(pending.back().submission.command);
  }
  return pending;
}

void Engine::ResettleOnePage() {
  const auto& [account, last] = *tentative_.unsettled_accounts().begin();
  JobPage page;
  page.size = kResettlePage;
  if (last.has_value()) page.after = RowKeyOf(*last);
  absl::StatusOr<std::vector<JobRow>> rows = store_.FindJobs(account.first, account.second, page);
  resettlement_stalled_ = !rows.ok();
  if (!rows.ok()) return;
  ResettleJobs command{account.first, account.second, {}, tentative_.revision()};
  for (const JobRow& row : *rows) {
    command.page.push_back(
        {row.key.cluster, row.key.job_id, absl::FromUnixSeconds(row.key.submit_time)});
  }
  Pending pending;
  pending.submission.actor = kSchedulerIdentity;
  // A page and the state of the ledger make the key: replicas that start the same page write it
  // once.
  pending.submission.request_id = absl::StrCat("resettle-", tentative_.revision() + 1);
  pending.digest = Sha256(CanonicalText(command));
  pending.submission.command = std::move(command);
  std::vector<Pending> alone;
  alone.push_back(std::move(pending));
  CommitAll(alone);
  // A page that another writer made stale, or wrote itself, is read again at once.
  const absl::Status status = alone.front().answer->status();
  resettlement_stalled_ =
      !status.ok() && !absl::IsFailedPrecondition(status) && !absl::IsAlreadyExists(status);
}

void Engine::CommitAll(std::vector<Pending>& pending) {
  SetAsideRepeatedKeys(pending);
  for (;;) {
    const absl::Time now = absl::FromUnixMicros(absl::ToUnixMicros(clock_.Now()));
    Batch batch(tentative_, head().hash, std::max(now, tentative_.time()));
    absl::Status read = DecideAll(batch, pending);
    AppendResult result = read.ok() ? Append(batch) : Unavailable(read);
    if (absl::IsAborted(read)) result.outcome = AppendResult::Outcome::kRevisionTaken;
    if (result.outcome == AppendResult::Outcome::kRevisionTaken ||
        result.outcome == AppendResult::Outcome::kDuplicateKey) {
      read = CatchUp();
      if (read.ok()) continue;  // decide again, on what the other writer made of the ledger
      result = Unavailable(read);
    }
    if (result.outcome == AppendResult::Outcome::kAppended) {
      ApplyAll(batch, pending);
    } else {
      Abandon(pending, NotAppended(result));
    }
    break;
  }
  changed_.Call();
}

void Engine::AnswerAll(std::vector<Pending> pending) {
  answers_.Add([pending = std::move(pending)]() mutable {
    for (Pending& one : pending) one.submission.done(*std::move(one.answer));
  });
}

// A key repeated inside a batch waits for the first.
void Engine::SetAsideRepeatedKeys(std::vector<Pending>& pending) {
  std::set<std::pair<std::string, std::string>> keys;
  const auto repeated =
      std::stable_partition(pending.begin(), pending.end(), [&](const Pending& one) {
        return keys.insert({one.submission.actor, one.submission.request_id}).second;
      });
  if (repeated == pending.end()) return;
  MutexLock lock(mutex_);
  queue_.insert(queue_.begin(), std::make_move_iterator(repeated),
                std::make_move_iterator(pending.end()));
  pending.erase(repeated, pending.end());
}

// Known keys are answered from the log; the others are decided anew each time. ABORTED when another
// writer is ahead of the fold; other errors are the store's.
absl::Status Engine::DecideAll(Batch& batch, std::vector<Pending>& pending) {
  const int64_t newest = head().revision;
  for (Pending& one : pending) {
    if (one.known_revision > 0) continue;
    const Submission& submission = one.submission;
    absl::StatusOr<std::optional<LogRow>> row =
        store_.FindKey(submission.actor, submission.request_id);
    if (!row.ok()) return row.status();
    if (row->has_value()) {
      one.known_revision = (*row)->revision;
      one.answer =
          (*row)->digest == one.digest ? AnswerFrom(**row) : KeyReused(submission.request_id);
      if (one.known_revision > newest) return absl::AbortedError("another writer answered it");
      continue;
    }
    if (absl::Status status = batch.Load(store_, submission.command); !status.ok()) return status;
    absl::StatusOr<Batch::Decided> decided =
        batch.Decide(submission.actor, submission.request_id, one.digest, submission.command,
                     submission.validate_only);
    if (decided.ok()) {
      one.answer = Answer{decided->revision, batch.time(), std::move(decided->events), false};
    } else {
      one.answer = decided.status();
    }
  }
  return absl::OkStatus();
}

AppendResult Engine::Append(const Batch& batch) {
  if (batch.commits().empty()) return {};
  const auto begin = std::chrono::steady_clock::now();
  AppendResult result = store_.Append(batch.commits());
  if (result.outcome == AppendResult::Outcome::kAppended) {
    committed_.Call(absl::FromChrono(std::chrono::steady_clock::now() - begin),
                    static_cast<int64_t>(batch.commits().size()));
  }
  if (result.outcome != AppendResult::Outcome::kUnknown) return result;
  const LogRow& first = batch.commits().front().row;
  absl::StatusOr<std::optional<LogRow>> found = store_.FindKey(first.actor, first.request_id);
  if (!found.ok()) return result;
  const bool ours = found->has_value() && (*found)->hash == first.hash;
  result.outcome = ours ? AppendResult::Outcome::kAppended : AppendResult::Outcome::kRevisionTaken;
  return result;
}

void Engine::ApplyAll(const Batch& batch, const std::vector<Pending>& pending) {
  size_t commit = 0;
  for (const Pending& one : pending) {
    if (one.known_revision > 0 || !one.answer->ok() || (*one.answer)->revision == 0) continue;
    ApplyDurably((*one.answer)->events, batch.time(), batch.commits()[commit++].row);
  }
}

void Engine::Abandon(std::vector<Pending>& pending, const absl::Status& status) {
  for (Pending& one : pending) {
    if (one.known_revision == 0) one.answer = status;
  }
  MutexLock lock(mutex_);
  tentative_ = durable_;
}

}  // namespace mesolys
