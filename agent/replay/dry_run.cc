#include "agent/replay/dry_run.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/link/site_state_proto.h"
#include "google/protobuf/util/json_util.h"
#include "proto/values/amount_text.h"
#include "proto/values/names.h"

namespace mesolys::agent {
namespace {

using ActionKind = Action::Kind;

absl::Status Trouble(absl::string_view doing, const std::string& path) {
  return absl::InternalError(
      absl::StrCat("dry run: cannot ", doing, " ", path, ": ", std::strerror(errno)));
}

// The last part of "projects/chair_ia/grants/g17".
absl::string_view ShortName(absl::string_view grant) { return grant.substr(grant.rfind('/') + 1); }

absl::Status Flush(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Trouble("open", path);
  const int flushed = ::fsync(file);
  ::close(file);
  return flushed == 0 ? absl::OkStatus() : Trouble("flush", path);
}

// Whole or not at all, also when the power fails.
absl::Status ReplaceState(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".new";
  {
    std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) return Trouble("write", fresh);
  }
  if (absl::Status status = Flush(fresh); !status.ok()) return status;
  if (std::rename(fresh.c_str(), path.c_str()) != 0) return Trouble("replace", path);
  const std::string directory = std::filesystem::path(path).parent_path().string();
  return Flush(directory.empty() ? "." : directory);
}

absl::Status Write(const std::string& path, const SiteState& state) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto printed = google::protobuf::util::MessageToJsonString(ToProto(state), &json, options);
  if (!printed.ok()) return absl::InternalError(printed.ToString());
  return ReplaceState(path, json);
}

}  // namespace

std::string Describe(const Action& action) {
  std::string account = absl::StrCat("account ", action.account, ": ");
  const std::string grant =
      absl::StrCat(account, "ceiling ", action.grant.resource, " ", ShortName(action.subject));
  switch (action.kind) {
    case ActionKind::kDropGrant:
      return absl::StrCat(grant, " dropped");
    case ActionKind::kLowerCeiling:
    case ActionKind::kRaiseCeiling:
      return absl::StrCat(grant, " -> ", action.grant.ceiling.count(), " ",
                          BaseUnit(action.grant.resource),
                          action.grant.bonus == Amount()
                              ? ""
                              : absl::StrCat(" and ", action.grant.bonus.count(), " beyond"));
    case ActionKind::kRestrictAccess:
    case ActionKind::kWidenAccess:
      return absl::StrCat(account, action.subject, " ", AccessText(action.access));
    case ActionKind::kFreezeLogin:
    case ActionKind::kFreezeNewLogin:
      return absl::StrCat(account, "login ", action.subject, ": ", action.resource, " frozen");
    case ActionKind::kOpenLogin:
      return absl::StrCat(account, "login ", action.subject, ": ", action.resource, " open");
    case ActionKind::kRemoveLogin:
      return absl::StrCat(account, "login ", action.subject, " removed");
    case ActionKind::kAddLogin:
      return absl::StrCat(account, "login ", action.subject, " added");
    case ActionKind::kUnlinkAccount:
      return absl::StrCat(account, action.subject, " of ", action.cluster, " unlinked");
    case ActionKind::kLinkAccount:
      return absl::StrCat(account, action.subject, " of ", action.cluster, " linked");
    case ActionKind::kCreateAccount:
      return absl::StrCat(account, "created under ",
                          action.subject.empty() ? "root" : action.subject);
    case ActionKind::kMoveAccount:
      return absl::StrCat(account, "moved under ",
                          action.subject.empty() ? "root" : action.subject);
  }
  return account;
}

DryRun::DryRun(std::string site, std::string path, std::ostream& lines)
    : site_(std::move(site)), path_(std::move(path)), lines_(lines) {}

bool DryRun::IsFor(absl::string_view resource) const { return !IsStock(resource); }

absl::StatusOr<SiteState> DryRun::ReadBack() {
  std::error_code error;
  if (!std::filesystem::exists(path_, error) && !error) return SiteState{};
  std::ifstream file(path_, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return Trouble("read", path_);
  v1::DesiredState message;
  const auto parsed = google::protobuf::util::JsonStringToMessage(text.str(), &message);
  if (!parsed.ok()) {
    return absl::FailedPreconditionError(absl::StrCat("dry run: ", path_, ": ", parsed.ToString()));
  }
  absl::StatusOr<SiteState> state = FromProto(message);
  if (!state.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("dry run: ", path_, ": ", state.status().message()));
  }
  // An older agent wrote down what it could not hold.
  for (auto& [id, account] : state->accounts) {
    std::erase_if(account.grants,
                  [this](const auto& grant) { return !IsFor(grant.second.resource); });
  }
  return state;
}

std::vector<absl::Status> DryRun::Take(const std::vector<Action>& actions) {
  absl::StatusOr<SiteState> state = ReadBack();
  absl::Status status = state.status();
  if (status.ok()) {
    for (const Action& action : actions) Apply(action, *state);
    status = Write(path_, *state);
  }
  if (status.ok()) {
    for (const Action& action : actions) lines_ << site_ << ": " << Describe(action) << "\n";
    lines_.flush();
  }
  return std::vector<absl::Status>(actions.size(), status);
}

}  // namespace mesolys::agent
