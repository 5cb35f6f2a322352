#include "proto/sqlite/sqlite.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace mesolys::sqlite {
namespace {

// For what no disk and no other process can cause.
void Check(int code, const char* action) {
  if (code == SQLITE_OK) return;
  std::fprintf(stderr, "sqlite: cannot %s: %s (%d)\n", action, sqlite3_errstr(code), code);
  std::abort();
}

// SQLite takes a null pointer for NULL, also when the length is 0.
const char* NotNull(absl::string_view bytes) { return bytes.data() == nullptr ? "" : bytes.data(); }

}  // namespace

void Connection::Closer::operator()(sqlite3* handle) const {
  // The statements are members declared after their connection, so none is left here.
  Check(sqlite3_close(handle), "close a connection");
}

int Connection::Open(const std::string& path, int flags) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_EXRESCODE, nullptr);
  if (handle == nullptr) Check(SQLITE_NOMEM, "open a connection");
  handle_.reset(handle);
  return code;
}

int Connection::Execute(const std::string& sql) {
  return sqlite3_exec(get(), sql.c_str(), nullptr, nullptr, nullptr);
}

int Connection::QueryInteger(const std::string& sql, int64_t& value) {
  Statement statement;
  int code = statement.Prepare(*this, sql);
  if (code != SQLITE_OK) return code;
  code = statement.Step();
  value = code == SQLITE_ROW ? statement.Integer(0) : 0;
  return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

std::string Connection::ErrorText() const {
  return absl::StrCat(sqlite3_errmsg(get()), " (SQLite ", sqlite3_extended_errcode(get()), ")");
}

int Statement::Prepare(const Connection& connection, absl::string_view sql, unsigned int flags) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(connection.get(), sql.data(), static_cast<int>(sql.size()),
                                      flags, &handle, nullptr);
  handle_.reset(handle);
  return code;
}

int Statement::Run() {
  const int code = Step();
  Reset();
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

absl::string_view Statement::View(int column) const {
  // The pointer first: asking for the size is only then the size of these very bytes.
  const void* bytes = sqlite3_column_blob(handle_.get(), column);
  const int size = sqlite3_column_bytes(handle_.get(), column);
  return size == 0 ? absl::string_view("")
                   : absl::string_view(static_cast<const char*>(bytes), static_cast<size_t>(size));
}

void Statement::BindOne(int index, int64_t value) {
  Check(sqlite3_bind_int64(handle_.get(), index, value), "bind an integer");
}

void Statement::BindOne(int index, Text value) {
  Check(sqlite3_bind_text64(handle_.get(), index, NotNull(value.bytes), value.bytes.size(),
                            SQLITE_STATIC, SQLITE_UTF8),
        "bind a text");
}

void Statement::BindOne(int index, Blob value) {
  Check(sqlite3_bind_blob64(handle_.get(), index, NotNull(value.bytes), value.bytes.size(),
                            SQLITE_STATIC),
        "bind a blob");
}

}  // namespace mesolys::sqlite
