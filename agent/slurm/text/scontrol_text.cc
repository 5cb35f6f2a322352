#include "agent/slurm/text/scontrol_text.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/slurm/text/host_list.h"
#include "agent/slurm/text/sacct_value.h"
#include "proto/values/names.h"
#include "proto/values/quoted.h"

namespace mesolys::agent {
namespace {

constexpr int64_t kCountMax = 1'000'000;
constexpr size_t kKeptNameBytesMax = 255;

absl::Status WrongField(absl::string_view what, absl::string_view text, absl::string_view right) {
  return absl::InvalidArgumentError(absl::StrCat(what, " is ", Quoted(text), ": ", right));
}

// The "Key=value" pairs of a line up to the first key under which people write what they like. A
// value runs on to the next key: accounts may hold blanks.
class Words {
 public:
  // The line must begin with `first_key` and say none of `keys` twice.
  static absl::StatusOr<Words> Read(absl::string_view line, absl::string_view first_key,
                                    const std::vector<absl::string_view>& keys) {
    Words words;
    absl::string_view* value = nullptr;  // the last one, if it is of `keys`
    for (const absl::string_view word : absl::StrSplit(line, ' ', absl::SkipEmpty())) {
      const size_t equals = word.find('=');
      const absl::string_view key = word.substr(0, equals);
      if (words.values_.empty() && (equals == absl::string_view::npos || key != first_key)) {
        return WrongField("the line", line, absl::StrCat("one begins with ", first_key, "="));
      }
      if (equals == absl::string_view::npos) {
        if (value != nullptr) *value = UpTo(*value, word);
        continue;
      }
      value = nullptr;
      if (key == "Reason" || key == "Comment" || key == "Extra") break;
      if (key != first_key && std::find(keys.begin(), keys.end(), key) == keys.end()) continue;
      const auto [kept, is_first] = words.values_.emplace(key, word.substr(equals + 1));
      if (!is_first) {
        return WrongField("the line", line, absl::StrCat(key, " may stand in it once"));
      }
      value = &kept->second;
    }
    const absl::StatusOr<absl::string_view> name = words.Required(first_key);
    if (!name.ok()) return name.status();
    if (name->empty() || name->size() > kKeptNameBytesMax) {
      return WrongField(first_key, *name, absl::StrCat("give 1 to ", kKeptNameBytesMax, " bytes"));
    }
    return words;
  }

  // Empty for an absent one and for "(null)".
  absl::string_view At(absl::string_view key) const {
    const auto it = values_.find(key);
    return it == values_.end() || it->second == "(null)" ? absl::string_view() : it->second;
  }

  absl::StatusOr<absl::string_view> Required(absl::string_view key) const {
    const auto it = values_.find(key);
    if (it == values_.end()) {
      return absl::InvalidArgumentError(absl::StrCat("the line has no ", key, "="));
    }
    return it->second;
  }

  // Between `least` and kCountMax.
  absl::StatusOr<int64_t> Count(absl::string_view key, int64_t least) const {
    const absl::StatusOr<absl::string_view> text = Required(key);
    if (!text.ok()) return text.status();
    return ReadCount(key, *text, least);
  }

  static absl::StatusOr<int64_t> ReadCount(absl::string_view what, absl::string_view text,
                                           int64_t least) {
    int64_t count = 0;
    const bool is_number = !text.empty() && text.size() <= 9 &&
                           std::all_of(text.begin(), text.end(),
                                       [](unsigned char c) { return absl::ascii_isdigit(c); });
    if (!is_number || !absl::SimpleAtoi(text, &count) || count < least || count > kCountMax) {
      return WrongField(what, text, absl::StrCat("give a number from ", least, " to ", kCountMax));
    }
    return count;
  }

  // 0 for no limit.
  absl::StatusOr<int64_t> Limit(absl::string_view key) const {
    const absl::string_view text = At(key);
    if (text.empty() || text == "UNLIMITED") return 0;
    return ReadCount(key, text, 0);
  }

  absl::StatusOr<bool> YesOrNo(absl::string_view key) const {
    const absl::string_view text = At(key);
    if (text.empty() || text == "NO") return false;
    if (text == "YES") return true;
    return WrongField(key, text, "give YES or NO");
  }

 private:
  // Both are of one line.
  static absl::string_view UpTo(absl::string_view value, absl::string_view word) {
    return {value.data(), static_cast<size_t>(word.data() + word.size() - value.data())};
  }

  std::map<absl::string_view, absl::string_view> values_;
};

// "(null)", "gpu:4", "gpu:a100:4(S:0-1),gpu:v100:no_consume:2,gpu:t4,shard:8": what is no GPU and
// no part of one is ignored; where no count stands there is one. The error is of what is not
// counted.
absl::Status ReadGpus(absl::string_view text, ScontrolNode& node) {
  // A comma within parentheses separates sockets.
  std::string flat;
  int depth = 0;
  for (const char c : text) {
    depth += c == '(' ? 1 : 0;
    if (depth == 0) flat.push_back(c);
    depth -= c == ')' ? 1 : 0;
    if (depth < 0) break;
  }
  if (depth != 0) return WrongField("Gres", text, "its parentheses do not match");
  absl::Status status;
  for (const absl::string_view entry : absl::StrSplit(flat, ',', absl::SkipEmpty())) {
    std::vector<absl::string_view> parts = absl::StrSplit(entry, ':');
    parts.erase(std::remove(parts.begin() + 1, parts.end(), "no_consume"), parts.end());
    const bool is_shared = parts.front() == "shard" || parts.front() == "mps";
    if (parts.front() != "gpu" && !is_shared) continue;
    const bool has_model_alone = parts.size() == 2 && !parts[1].empty() &&
                                 absl::ascii_isalpha(static_cast<unsigned char>(parts[1].front()));
    if (parts.size() == 1 || has_model_alone) parts.push_back("1");
    const absl::StatusOr<int64_t> count = Words::ReadCount("the count of GPUs", parts.back(), 0);
    const std::string model = parts.size() == 3 ? absl::AsciiStrToLower(parts[1]) : "";
    if (is_shared) {
      // Of one that is not understood it is known that there are some.
      std::string name(parts.front());
      if (!model.empty()) absl::StrAppend(&name, "-", model);
      node.gpu_parts[name] += count.value_or(0);
      continue;
    }
    if (parts.size() > 3) {
      status.Update(WrongField("Gres", text, "a GPU is gpu:MODEL:COUNT or gpu:COUNT"));
    } else if (!count.ok()) {
      status.Update(count.status());
    } else if (!model.empty() && !CheckResource(absl::StrCat("gpu-", model)).ok()) {
      status.Update(WrongField(
          "the model of a GPU", model,
          "name one with at most 64 of a-z, 0-9, _, -, . or +, a letter or digit first"));
    } else if (*count > 0) {
      node.gpu_counts[model] += *count;
    }
  }
  return status;
}

// "IDLE+DRAIN", "DOWN*", "MIXED+CLOUD+POWERED_DOWN". What a node is asleep or waking up for is no
// matter: it is woken when somebody needs it. Flags that came later say nothing here.
absl::Status ReadState(absl::string_view text, ScontrolNode& node) {
  const std::vector<absl::string_view> words = absl::StrSplit(text, '+');
  // The marks that older versions put behind a state.
  const size_t end = words.front().find_first_of("*~#!%$@^-");
  const absl::string_view base = words.front().substr(0, end);
  const absl::string_view marks = words.front().substr(base.size());
  NodeCondition& condition = node.condition;
  if (base == "DOWN" || base == "ERROR" || base == "UNKNOWN" || base == "INVAL") {
    condition.is_down = true;
  } else if (base == "FUTURE") {
    node.exists = false;
  } else if (base == "DRAINED" || base == "DRAINING" || base == "DRAIN" || base == "FAIL" ||
             base == "FAILING") {
    condition.is_drained = true;
  } else if (base == "MAINT") {
    condition.is_in_maintenance = true;
  } else if (base == "RESERVED") {
    condition.is_reserved = true;
  } else if (base != "IDLE" && base != "MIXED" && base != "ALLOCATED" && base != "ALLOC" &&
             base != "COMPLETING" && base != "PLANNED" && base != "BLOCKED" && base != "REBOOT") {
    return WrongField("State", text, "it begins with IDLE, MIXED, ALLOCATED, DOWN or the like");
  }
  if (absl::StrContains(marks, '*')) condition.is_down = true;
  for (size_t at = 1; at < words.size(); ++at) {
    const absl::string_view flag = words[at].substr(0, words[at].find_first_of("*~#!%$@^-"));
    if (flag == "NOT_RESPONDING" || flag == "INVALID_REG" || flag == "REBOOT_ISSUED" ||
        flag == "DOWN") {
      condition.is_down = true;
    } else if (flag == "DRAIN" || flag == "FAIL") {
      condition.is_drained = true;
    } else if (flag == "MAINTENANCE" || flag == "MAINT") {
      condition.is_in_maintenance = true;
    } else if (flag == "RESERVED" || flag == "RES") {
      condition.is_reserved = true;
    }
  }
  return absl::OkStatus();
}

// "0-7,16": ids of cores.
absl::StatusOr<std::set<int64_t>> ReadCoreIds(absl::string_view text) {
  const absl::StatusOr<std::vector<std::string>> names =
      ExpandHostList(absl::StrCat("c[", text, "]"));
  if (!names.ok()) return WrongField("CoreIDs", text, "give numbers and ranges of numbers");
  std::set<int64_t> ids;
  for (const std::string& name : *names) {
    int64_t id = 0;
    if (!absl::SimpleAtoi(absl::string_view(name).substr(1), &id)) {
      return WrongField("CoreIDs", text, "give numbers and ranges of numbers");
    }
    ids.insert(id);
  }
  return ids;
}

// The pairs "NodeName=n1 CoreIDs=0-7" of a reservation.
absl::Status ReadCores(absl::string_view line, ScontrolReservation& reservation) {
  absl::string_view node;
  size_t core_count = 0;
  for (absl::string_view word : absl::StrSplit(line, ' ', absl::SkipEmpty())) {
    if (absl::StartsWith(word, "Comment=")) break;
    if (absl::ConsumePrefix(&word, "NodeName=")) node = word;
    if (!absl::ConsumePrefix(&word, "CoreIDs=")) continue;
    if (node.empty()) return WrongField("CoreIDs", word, "a NodeName stands before");
    absl::StatusOr<std::set<int64_t>> ids = ReadCoreIds(word);
    if (!ids.ok()) return ids.status();
    core_count += ids->size();
    if (core_count > kHostListMax) {
      return WrongField("CoreIDs", word, absl::StrCat("more than ", kHostListMax, " in one line"));
    }
    reservation.cores[std::string(node)].merge(*ids);
    node = {};
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ScontrolNode> ParseScontrolNode(absl::string_view line) {
  const absl::StatusOr<Words> words = Words::Read(
      line, "NodeName",
      {"CPUEfctv", "CPUTot", "Gres", "State", "ThreadsPerCore", "Sockets", "Partitions"});
  if (!words.ok()) return words.status();
  ScontrolNode node;
  node.name = std::string(words->At("NodeName"));
  const absl::StatusOr<absl::string_view> state = words->Required("State");
  if (!state.ok()) return state.status();
  if (absl::Status read = ReadState(*state, node); !read.ok()) return read;
  // Without the cores that are kept for the system; versions before 22.05 do not tell them apart.
  const absl::StatusOr<int64_t> cores =
      words->Count(words->At("CPUEfctv").empty() ? "CPUTot" : "CPUEfctv", 1);
  if (!cores.ok()) return cores.status();
  node.core_count = *cores;
  const absl::StatusOr<int64_t> threads = words->Count("ThreadsPerCore", 1);
  if (!threads.ok()) return threads.status();
  node.threads_per_core = *threads;
  const absl::StatusOr<int64_t> sockets = words->Count("Sockets", 1);
  if (!sockets.ok()) return sockets.status();
  node.socket_count = *sockets;
  node.gpus_read = ReadGpus(words->At("Gres"), node);
  node.partitions = absl::StrSplit(words->At("Partitions"), ',', absl::SkipEmpty());
  return node;
}

absl::StatusOr<ScontrolPartition> ParseScontrolPartition(absl::string_view line) {
  const absl::StatusOr<Words> words = Words::Read(line, "PartitionName",
                                                  {"State", "RootOnly", "ReqResv", "MaxCPUsPerNode",
                                                   "MaxCPUsPerSocket", "MaxTime", "MaxNodes"});
  if (!words.ok()) return words.status();
  ScontrolPartition partition;
  partition.name = std::string(words->At("PartitionName"));
  const absl::StatusOr<absl::string_view> state = words->Required("State");
  if (!state.ok()) return state.status();
  if (*state == "DRAIN") {
    partition.state = ScontrolPartition::State::kDrained;
  } else if (*state == "DOWN" || *state == "INACTIVE") {
    partition.state = ScontrolPartition::State::kDown;
  } else if (*state != "UP") {
    return WrongField("State", *state, "give UP, DOWN, DRAIN or INACTIVE");
  }
  const absl::StatusOr<bool> root_only = words->YesOrNo("RootOnly");
  if (!root_only.ok()) return root_only.status();
  partition.is_for_root_only = *root_only;
  const absl::StatusOr<bool> needs_reservation = words->YesOrNo("ReqResv");
  if (!needs_reservation.ok()) return needs_reservation.status();
  partition.needs_reservation = *needs_reservation;
  const absl::StatusOr<int64_t> per_node = words->Limit("MaxCPUsPerNode");
  if (!per_node.ok()) return per_node.status();
  partition.cores_per_node_max = *per_node;
  const absl::StatusOr<int64_t> per_socket = words->Limit("MaxCPUsPerSocket");
  if (!per_socket.ok()) return per_socket.status();
  partition.cores_per_socket_max = *per_socket;
  // No capacity rests on these: what a later version writes in another way is no limit.
  partition.time_limit_seconds = ParseSacctTimeLimit(words->At("MaxTime"));
  partition.nodes_max = words->Limit("MaxNodes").value_or(0);
  return partition;
}

absl::StatusOr<PartitionAccess> ParsePartitionAccess(absl::string_view line) {
  const absl::StatusOr<Words> words = Words::Read(
      line, "PartitionName", {"QoS", "AllowAccounts", "DenyAccounts", "AllowQos", "DenyQos"});
  if (!words.ok()) return words.status();
  const auto names = [&words](absl::string_view key) {
    const std::string all = absl::AsciiStrToLower(words->At(key));
    std::set<std::string> read;
    if (all != "all") read = absl::StrSplit(all, ',', absl::SkipEmpty());
    return read;
  };
  PartitionAccess access;
  access.name = std::string(words->At("PartitionName"));
  if (words->At("QoS") != "N/A") access.qos = absl::AsciiStrToLower(words->At("QoS"));
  access.accounts = names("AllowAccounts");
  access.denied_accounts = names("DenyAccounts");
  access.allowed_qos = names("AllowQos");
  access.denied_qos = names("DenyQos");
  return access;
}

absl::StatusOr<ScontrolReservation> ParseScontrolReservation(absl::string_view line) {
  const absl::StatusOr<Words> words =
      Words::Read(line, "ReservationName", {"Nodes", "Flags", "State"});
  if (!words.ok()) return words.status();
  ScontrolReservation reservation;
  reservation.name = std::string(words->At("ReservationName"));
  const absl::StatusOr<absl::string_view> state = words->Required("State");
  if (!state.ok()) return state.status();
  if (*state != "ACTIVE" && *state != "INACTIVE") {
    return WrongField("State", *state, "give ACTIVE or INACTIVE");
  }
  reservation.is_active = *state == "ACTIVE";
  for (const absl::string_view flag : absl::StrSplit(words->At("Flags"), ',')) {
    reservation.is_maintenance |= flag == "MAINT";
  }
  absl::StatusOr<std::vector<std::string>> nodes = ExpandHostList(words->At("Nodes"));
  if (!nodes.ok()) return nodes.status();
  reservation.nodes.insert(nodes->begin(), nodes->end());
  if (absl::Status cores = ReadCores(line, reservation); !cores.ok()) return cores;
  return reservation;
}

}  // namespace mesolys::agent
