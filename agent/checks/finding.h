#ifndef MESOLYS_AGENT_CHECKS_FINDING_H_
#define MESOLYS_AGENT_CHECKS_FINDING_H_

// One thing that `mesolys-agent check` looked at. Pure; any thread.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "agent/process/utf8.h"

namespace mesolys::agent {

enum class Verdict {
  kPass,
  kWarn,  // it works, and something will be wrong one day or is less good than it might be
  kFail,  // what the agent tells, or what a grant is, would be wrong
};

struct Finding {
  Verdict verdict = Verdict::kPass;
  std::string subject;  // "psmn: AccountingStorageEnforce"
  std::string text;     // what was found; where it is not right, also why that matters
  std::string remedy;   // the line to change, and where; empty with kPass
};

inline Finding Pass(std::string subject, std::string text) {
  return {Verdict::kPass, std::move(subject), std::move(text), ""};
}
inline Finding Warn(std::string subject, std::string text, std::string remedy) {
  return {Verdict::kWarn, std::move(subject), std::move(text), std::move(remedy)};
}
inline Finding Fail(std::string subject, std::string text, std::string remedy) {
  return {Verdict::kFail, std::move(subject), std::move(text), std::move(remedy)};
}

// One line that any terminal may show. Backslashes stay, for texts of programs come escaped.
inline std::string Shown(absl::string_view text) {
  constexpr size_t kTextBytesMax = 2000;
  std::vector<std::string> parts;
  for (const absl::string_view part : absl::StrSplit(text, '\\')) {
    parts.push_back(OneLine(part, kTextBytesMax));
  }
  return absl::StrJoin(parts, "\\");
}

// "FAIL  psmn: PriorityType  is priority/basic: ...", and a second line with what to change. Texts
// of the site are made printable.
inline std::string ToText(const Finding& finding) {
  constexpr absl::string_view kWords[] = {"pass", "WARN", "FAIL"};
  std::string text = absl::StrCat(kWords[static_cast<size_t>(finding.verdict)], "  ",
                                  Shown(absl::StrCat(finding.subject, ": ", finding.text)), "\n");
  if (!finding.remedy.empty()) {
    absl::StrAppend(&text, "      -> ", Shown(finding.remedy), "\n");
  }
  return text;
}

inline Verdict Worst(const std::vector<Finding>& findings) {
  Verdict worst = Verdict::kPass;
  for (const Finding& finding : findings) worst = std::max(worst, finding.verdict);
  return worst;
}

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_CHECKS_FINDING_H_
