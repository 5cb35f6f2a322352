#include "scheduler/call/divide.h"

#include <unistd.h>

#include <cstddef>
#include <fstream>
#include <iostream>
#include <istream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "proto/values/quoted.h"
#include "scheduler/call/call_division.h"
#include "scheduler/call/division_html.h"
#include "scheduler/call/division_json.h"
#include "scheduler/call/division_text.h"
#include "scheduler/call/problem_json.h"
#include "scheduler/call/terminal_progress.h"
#include "scheduler/call/what_if.h"

namespace mesolys {
namespace {

// Whether all could be read: a folder can be opened and not read.
bool ReadAll(std::istream& in, std::string& text) {
  char part[1 << 16];
  while (in.read(part, sizeof part) || in.gcount() > 0) {
    text.append(part, static_cast<size_t>(in.gcount()));
  }
  return in.eof() && !in.bad();
}

absl::StatusOr<std::string> Contents(const std::string& file) {
  std::string text;
  if (file.empty() || file == "-") {
    if (!ReadAll(std::cin, text)) return absl::NotFoundError("standard input cannot be read");
    return text;
  }
  std::ifstream in(file, std::ios::binary);
  if (!in || !ReadAll(in, text)) {
    return absl::NotFoundError(absl::StrCat(Quoted(file), " cannot be read; name a JSON file"));
  }
  return text;
}

absl::Status WritePage(const std::string& file, const std::string& page) {
  std::ofstream out(file, std::ios::binary);
  out << page << std::flush;
  if (out) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the page could not be written to ", Quoted(file)));
}

}  // namespace

absl::StatusOr<DivideAnswer> DivideText(absl::string_view text, const DivideOptions& options,
                                        division::Progress* progress) {
  if (absl::StripAsciiWhitespace(text).empty()) {
    return absl::InvalidArgumentError(
        "there is no problem: name a JSON file, or give it on standard input");
  }
  absl::StatusOr<Call> call = ParseCall(text, progress);
  if (!call.ok()) return call.status();
  absl::StatusOr<CallDivision> divided = DivideCall(*call, progress);
  if (!divided.ok()) return divided.status();
  DivideAnswer answer;
  if (options.what_if.empty()) {
    if (options.explain) answer.text = Explain(*divided);
    if (options.plot) answer.text += Plot(*divided, options.bars);
    if (!options.explain && !options.plot) answer.text = FormatDivision(*divided);
    if (!options.html_file.empty()) answer.page = HtmlPage(*divided);
    return answer;
  }
  Call changed_call = *call;
  for (const std::string& change : options.what_if) {
    absl::Status status = ChangeCall(change, changed_call);
    if (!status.ok()) return status;
  }
  absl::StatusOr<CallDivision> changed = DivideCall(changed_call, progress);
  if (!changed.ok()) return changed.status();
  answer.text = Differences(*divided, *changed);
  if (options.explain) answer.text += Explain(*changed);
  if (options.plot) answer.text += Plot(*changed, options.bars);
  if (!options.html_file.empty()) answer.page = HtmlPage(*changed);
  return answer;
}

absl::Status Divide(const DivideOptions& options) {
  absl::StatusOr<std::string> text = Contents(options.file);
  if (!text.ok()) return text.status();
  TerminalProgress progress(isatty(STDERR_FILENO) == 1);
  absl::StatusOr<DivideAnswer> answer = DivideText(*text, options, &progress);
  progress.Clear();
  if (!answer.ok()) return answer.status();
  if (!options.html_file.empty()) {
    absl::Status written = WritePage(options.html_file, answer->page);
    if (!written.ok()) return written;
  }
  std::cout << answer->text << std::flush;
  if (!std::cout) return absl::DataLossError("the answer could not be written");
  return absl::OkStatus();
}

}  // namespace mesolys
