#include "scheduler/store/sqlite/sqlite_writer.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace mesolys::sqlite {
namespace {

// 16 MiB of 4 KiB pages. The pages that every batch touches are copied once instead of many times:
// new jobs go in at 1.2 to 1.7 times the rate that SQLite's own 1,000 gives (measured, on a busy
// disk).
constexpr int kCheckpointPages = 4000;

bool IsNoSpace(int code, int system_error) {
  switch (code) {
    case SQLITE_FULL:
    case SQLITE_IOERR_SHMSIZE:  // the index of the write-ahead log could not grow
      return true;
    case SQLITE_IOERR_WRITE:
    case SQLITE_IOERR_TRUNCATE:
      // Quotas and limits on the size of files are no space too, but SQLite does not say so.
      return system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
    default:
      return false;
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Writer>> Writer::Make(const std::string& path,
                                                     Connection connection) {
  std::unique_ptr<Writer> writer(new Writer(path, std::move(connection)));
  const MutexLock lock(writer->mutex_);
  int code = writer->Prepare();
  if (code == SQLITE_OK) code = writer->PrepareAppend();
  if (code != SQLITE_OK) return writer->Failure(code);
  return writer;
}

int Writer::PrepareAppend() {
  const std::pair<Statement*, absl::string_view> statements[] = {
      {&begin_, "BEGIN IMMEDIATE"},
      {&commit_, "COMMIT"},
      {&newest_, "SELECT max(revision) FROM event"},
      {&insert_event_,
       "INSERT INTO event(revision, actor, request_id, digest, time_us, body, hash)"
       " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
      // A column that is set moves the row in the index by account even if its value stays, which
      // costs half the rate; so the account is left alone here, and a row whose account changes is
      // not touched.
      {&upsert_job_,
       "INSERT INTO job(cluster, job_id, submit_time, account, revision, record, charges)"
       " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(cluster, job_id, submit_time) DO UPDATE"
       " SET revision = excluded.revision, record = excluded.record, charges = excluded.charges"
       " WHERE account = excluded.account"},
      {&replace_job_,
       "INSERT OR REPLACE INTO job(cluster, job_id, submit_time, account, revision, record, "
       "charges)"
       " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
  };
  for (const auto& [statement, sql] : statements) {
    const int code = statement->Prepare(connection_, sql, SQLITE_PREPARE_PERSISTENT);
    if (code != SQLITE_OK) return code;
  }
  sqlite3_wal_hook(
      connection_.get(),
      [](void* log_pages, sqlite3*, const char*, int pages) {
        *static_cast<int*>(log_pages) = pages;
        return SQLITE_OK;
      },
      &log_pages_);
  return SQLITE_OK;
}

AppendResult Writer::Append(const std::vector<Commit>& commits) {
  if (commits.empty()) return {};
  const MutexLock lock(mutex_);
  AppendResult result = Write(commits);
  if (result.outcome == AppendResult::Outcome::kAppended) {
    CheckpointIfDue();
  } else if (connection_.IsInTransaction()) {
    // Some failures have rolled back already; after any of them the next Append begins anew.
    EndProcessIfSyncFailed(connection_.Execute("ROLLBACK"));
  }
  return result;
}

AppendResult Writer::Write(const std::vector<Commit>& commits) {
  using Outcome = AppendResult::Outcome;
  errno = 0;
  int code = begin_.Run();
  if (code != SQLITE_OK) return Refusal(code, 0);
  int64_t newest = 0;
  code = NewestRevision(newest);
  if (code != SQLITE_OK) return Refusal(code, 0);
  for (size_t i = 0; i < commits.size(); ++i) {
    const LogRow& row = commits[i].row;
    if (row.revision != ++newest) {
      return {Outcome::kRevisionTaken, i,
              absl::StrCat("the next revision is ", newest, ", not ", row.revision)};
    }
    code = InsertEvent(row);
    if (code == SQLITE_CONSTRAINT_UNIQUE) {
      return {Outcome::kDuplicateKey, i,
              absl::StrCat("request ", row.request_id, " of ", row.actor, " is known already")};
    }
    if (code != SQLITE_OK) return Refusal(code, i);
    VisitRows(commits[i].rows, [&](const auto& each) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      code = Upsert(each);
      return code == SQLITE_OK;
    });
    if (code != SQLITE_OK) return Refusal(code, i);
  }
  code = commit_.Run();
  return code == SQLITE_OK ? AppendResult{} : Refusal(code, 0);
}

int Writer::InsertEvent(const LogRow& row) {
  insert_event_.Bind(row.revision, Text{row.actor}, Text{row.request_id}, Blob{row.digest},
                     row.time_us, Blob{row.body}, Blob{row.hash});
  return insert_event_.Run();
}

int Writer::Upsert(const JobRow& job) {
  for (Statement* statement : {&upsert_job_, &replace_job_}) {
    statement->Bind(Text{job.key.cluster}, job.key.job_id, job.key.submit_time, Text{job.account},
                    job.revision, Blob{job.record}, Blob{job.charges});
    const int code = statement->Run();
    if (code != SQLITE_OK || connection_.changed_count() > 0) return code;
  }
  return SQLITE_OK;
}

int Writer::NewestRevision(int64_t& revision) {
  const ScopedReset reset(newest_);
  const int code = newest_.Step();
  if (code != SQLITE_ROW) return code;
  revision = newest_.Integer(0);
  return SQLITE_OK;
}

AppendResult Writer::Refusal(int code, size_t index) const {
  using Outcome = AppendResult::Outcome;
  // errno itself: SQLite keeps it for its callers too, but not when COMMIT fails.
  const int system_error = errno;
  EndProcessIfSyncFailed(code);
  std::string text = absl::StrCat(path_, ": ", connection_.ErrorText());
  if ((code & 0xff) == SQLITE_IOERR) {
    absl::StrAppend(&text, ": ", std::generic_category().message(system_error));
  }
  return {IsNoSpace(code, system_error) ? Outcome::kFull : Outcome::kUnavailable, index,
          std::move(text)};
}

void Writer::EndProcessIfSyncFailed(int code) const {
  if (code != SQLITE_IOERR_FSYNC && code != SQLITE_IOERR_DIR_FSYNC) return;
  const std::string reason = std::generic_category().message(errno);
  std::fprintf(
      stderr,
      "%s: fsync failed (%s), so nobody knows what the disk kept: ending; the log decides at "
      "the next start\n",
      path_.c_str(), reason.c_str());
  std::_Exit(1);
}

void Writer::CheckpointIfDue() {
  if (log_pages_ < checkpointed_pages_) checkpointed_pages_ = 0;  // SQLite began the log anew
  if (log_pages_ - checkpointed_pages_ < kCheckpointPages) return;
  // A reader or a full disk may stop it half-way; what is committed stays in the log, and the next
  // one goes on. It is asked for here and not left to SQLite, which hides an fsync that fails.
  checkpointed_pages_ = log_pages_;
  EndProcessIfSyncFailed(sqlite3_wal_checkpoint_v2(connection_.get(), "main",
                                                   SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr));
}

}  // namespace mesolys::sqlite
