#include "tests/fuzz/targets.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "agent/process/line_reader.h"
#include "agent/process/subprocess.h"
#include "agent/replay/replay_cursor.h"
#include "agent/slurm/check/slurm_facts.h"
#include "agent/slurm/means.h"
#include "agent/slurm/slurm_cursor.h"
#include "agent/slurm/text/host_list.h"
#include "agent/slurm/text/sacct_text.h"
#include "agent/slurm/text/scontrol_text.h"

namespace mesolys {
namespace {

using namespace agent;  // whose texts these are

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "this must hold: %s\n", what);
  std::abort();
}

// What a parser says of a text that it refuses is an INVALID_ARGUMENT that can be shown.
void RequireRefusal(const absl::Status& status) {
  Require(status.code() == absl::StatusCode::kInvalidArgument, "a refusal is INVALID_ARGUMENT");
  Require(!status.message().empty() && status.message().size() < 4096, "a refusal is short");
}

const SacctText& Text(bool rows_come_late) {
  static const auto& texts = *new std::vector<SacctText>([] {
    std::vector<SacctText> made;
    for (const bool late : {false, true}) {
      SacctFormat format;
      format.columns = {"Cluster",   "JobIDRaw",     "Account",  "User",  "Partition",
                        "QOS",       "State",        "Submit",   "Start", "End",
                        "Suspended", "TimelimitRaw", "AllocTRES"};
      format.rows_come_late = late;
      made.push_back(*SacctText::Create(format));
    }
    return made;
  }());
  return texts[rows_come_late ? 1 : 0];
}

using Line = std::pair<std::string, bool>;  // text, whether it is too long

std::vector<Line> LinesOf(absl::string_view text, size_t piece_bytes) {
  std::vector<Line> lines;
  OutputLines splitter([&](const OutputLine& line) {
    Require(line.text.size() <= OutputLines::kLineBytesMax, "a line is bounded");
    Require(line.text.find('\n') == absl::string_view::npos, "a line has no end within it");
    lines.emplace_back(std::string(line.text), line.is_too_long);
    return absl::OkStatus();
  });
  for (size_t at = 0; at < text.size(); at += piece_bytes) {
    Require(splitter.Add(text.substr(at, piece_bytes)).ok(), "no visit fails");
  }
  Require(splitter.Finish().ok(), "no visit fails");
  return lines;
}

// The same text as a file.
void ReadFile(absl::string_view text) {
  char name[] = "/tmp/mesolys-fuzz-XXXXXX";
  const int number = ::mkstemp(name);
  Require(number >= 0, "there is room in /tmp");
  std::FILE* file = ::fdopen(number, "wb");
  Require(std::fwrite(text.data(), 1, text.size(), file) == text.size(), "there is room in /tmp");
  std::fclose(file);
  absl::StatusOr<LineReader> reader = LineReader::Open(name);
  Require(reader.ok(), "a file can be opened");
  TextLine line;
  int64_t offset = 0;
  for (absl::StatusOr<bool> more = reader->Next(line); more.ok() && *more;
       more = reader->Next(line)) {
    Require(line.offset == offset, "each line begins where the one before ended");
    Require(line.next_offset > line.offset, "a reader goes on");
    Require(line.text.size() <= LineReader::kLineBytesMax, "a line is bounded");
    offset = line.next_offset;
  }
  Require(offset == static_cast<int64_t>(text.size()), "all of a file is read");
  std::remove(name);
}

void RequireCount(const MeansCount& count) {
  for (const int64_t each :
       {count.available, count.down, count.drained, count.maintenance, count.reserved}) {
    Require(each >= 0, "nothing is counted below 0");
  }
}

}  // namespace

void FuzzSacctRow(absl::string_view text) {
  for (const bool late : {false, true}) {
    const auto record = Text(late).Parse(text, kNow);
    if (!record.ok()) {
      RequireRefusal(record.status());
      continue;
    }
    if (!record->has_value()) continue;
    Require((*record)->ElapsedSeconds() >= 0, "no job ran for less than nothing");
    Require((*record)->core_count >= 0 && (*record)->memory_bytes >= 0, "no job held less than 0");
    for (const auto& [model, count] : (*record)->gpu_counts) {
      Require(count >= 0, "no job held less than 0");
    }
    const auto again = Text(late).Parse(text, kNow);
    Require(again.ok() && *again == *record, "the same row gives the same record");
  }
}

void FuzzLines(absl::string_view text) {
  const std::vector<Line> whole = LinesOf(text, text.size() + 1);
  for (const size_t piece_bytes : {size_t{1}, size_t{7}, size_t{4096}}) {
    Require(LinesOf(text, piece_bytes) == whole, "pieces make no difference");
  }
  ReadFile(text);
}

void FuzzScontrol(absl::string_view text) {
  ClusterText cluster;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (const auto node = ParseScontrolNode(line); node.ok()) {
      Require(node->core_count > 0 && node->threads_per_core > 0, "a node has cores");
      cluster.nodes.push_back(*node);
    } else {
      RequireRefusal(node.status());
    }
    if (const auto partition = ParseScontrolPartition(line); partition.ok()) {
      cluster.partitions.push_back(*partition);
    } else {
      RequireRefusal(partition.status());
    }
    if (const auto reservation = ParseScontrolReservation(line); reservation.ok()) {
      cluster.reservations.push_back(*reservation);
    } else {
      RequireRefusal(reservation.status());
    }
  }
  Means means;
  AddMeans(cluster, {}, means);
  for (const auto& [resource, each] : means) {
    RequireCount(each.nodes);
    RequireCount(each.units);
  }
}

void FuzzSlurmConfig(absl::string_view text) {
  const absl::StatusOr<SlurmConfig> config = ParseSlurmConfig(text);
  if (config.ok()) {
    HidesJobs(*config);
    for (const Finding& finding : CheckSlurmConfig("c1", *config, {"", "a100"}, "slurm.conf")) {
      Require((finding.verdict == Verdict::kPass) == finding.remedy.empty(),
              "what is not right has a remedy");
      ToText(finding);
    }
  } else {
    RequireRefusal(config.status());
  }
  CheckPing("c1", text);
  CheckDiagnosis("c1", text, kNow);
  CheckClusters({"c1"}, text);
  CheckAdminLevel("mesolys", false, {true, true}, text);
}

void FuzzHostList(absl::string_view text) {
  const absl::StatusOr<std::vector<std::string>> names = ExpandHostList(text);
  if (!names.ok()) return RequireRefusal(names.status());
  Require(names->size() <= kHostListMax, "names are bounded");
  for (const std::string& name : *names) {
    Require(!name.empty() && name.size() < 1024, "a name is bounded");
  }
}

void FuzzCursor(absl::string_view text) {
  if (const std::optional<SlurmCursor> cursor = ParseSlurmCursor(text); cursor.has_value()) {
    Require(ParseSlurmCursor(ToText(*cursor)) == cursor, "a cursor is written as it was");
    SlurmCursor next = *cursor;
    if (!next.is_in_pass) StartPass(SlurmWindows(), kNow, next);
    const SlurmSlice slice = SliceOf(SlurmWindows(), next);
    Require(slice.to >= slice.from || next.until < next.next, "a slice goes on");
    FinishSlice(slice, next);
  }
  if (const std::optional<ReplayCursor> cursor = ParseReplayCursor(text); cursor.has_value()) {
    Require(ParseReplayCursor(ToText(*cursor)) == cursor, "a cursor is written as it was");
  }
}

}  // namespace mesolys
