#include "tests/fakes/test_ca.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/fakes/source_tree.h"

namespace mesolys {
namespace {

std::string MakeDirectory() {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
  std::string directory = (parent / "mesolys-test-ca-XXXXXX").string();
  if (error || mkdtemp(directory.data()) == nullptr) {
    std::perror("TestCa: no temporary directory");
    std::abort();
  }
  return directory;
}

// As one word of the shell.
std::string Quoted(const std::string& word) {
  return absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'");
}

}  // namespace

TestCa::TestCa() : directory_(MakeDirectory()) {}

TestCa::~TestCa() {
  std::error_code ignored;  // what is left behind harms no test
  std::filesystem::remove_all(directory_, ignored);
}

TlsFiles TestCa::Files(const std::string& identity) {
  if (made_.insert(identity).second) {
    Make(absl::StrCat(Quoted(directory_), " ", Quoted(identity)));
  }
  return PathsOf(identity);
}

TlsFiles TestCa::ExpiredFiles(const std::string& identity) {
  made_.insert(identity);
  Make(absl::StrCat("--expired ", Quoted(directory_), " ", Quoted(identity)));
  return PathsOf(identity);
}

TlsFiles TestCa::FilesNaming(const std::string& names, const std::string& usage) {
  const TlsFiles out = PathsOf(absl::StrCat("named/", ++named_count_));
  Files("service/scheduler");  // for the authority
  const std::string extensions = absl::StrCat(directory_, "/extensions");
  std::ofstream(extensions) << "subjectAltName=" << names << "\nextendedKeyUsage=" << usage << "\n";
  Run(absl::StrCat(
      "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj /CN=localhost",
      " -keyout ", Quoted(out.key), " | openssl x509 -req -days 1 -CA ", Quoted(out.ca), " -CAkey ",
      Quoted(absl::StrCat(directory_, "/ca.key")), " -extfile ", Quoted(extensions), " -out ",
      Quoted(out.certificate)));
  return out;
}

TlsFiles TestCa::PathsOf(const std::string& identity) const {
  const std::string stem =
      absl::StrCat(directory_, "/", absl::StrReplaceAll(identity, {{"/", "-"}}));
  return {absl::StrCat(directory_, "/ca.pem"), absl::StrCat(stem, ".pem"),
          absl::StrCat(stem, ".key")};
}

void TestCa::Make(const std::string& arguments) const {
  Run(absl::StrCat(Quoted(SourcePath("deploy/throwaway-ca")), " ", arguments));
}

void TestCa::Run(const std::string& command) const {
  const std::string log = absl::StrCat(directory_, "/log");
  if (std::system(absl::StrCat("{ ", command, "; } 2>", Quoted(log)).c_str()) == 0) return;
  std::fprintf(stderr, "TestCa: failed: %s\n", command.c_str());
  std::ifstream said(log);
  for (std::string line; std::getline(said, line);) std::fprintf(stderr, "%s\n", line.c_str());
  std::abort();
}

}  // namespace mesolys
