#include "tests/client/client_fixture.h"

#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/frame/cli.h"

namespace mesolys::client {

ClientTest::ClientTest() : scheduler_(ca_, clock_) {
  environment_["LANG"] = "en_US.UTF-8";
  ActAs("alice");
}

std::string ClientTest::WriteConfig(const std::string& user) {
  ca_.Files(absl::StrCat("user/", user));
  const std::string path = absl::StrCat(ca_.directory(), "/", user, ".toml");
  // Relative paths: the file lies beside what it names.
  std::ofstream(path) << "scheduler = \"" << target() << "\"\n"
                      << "ca = \"ca.pem\"\ncertificate = \"user-" << user << ".pem\"\n"
                      << "key = \"user-" << user << ".key\"\nstate_dir = \"state\"\n";
  return path;
}

void ClientTest::ActAs(const std::string& user) {
  environment_["MESOLYS_CONFIG"] = WriteConfig(user);
}

std::vector<std::string> ClientTest::KeptFiles() const {
  std::vector<std::string> files;
  std::error_code none;  // no directory, no file
  for (const auto& entry : std::filesystem::directory_iterator(state_dir() + "/pending", none)) {
    const std::string name = entry.path().filename().string();
    if (!absl::StartsWith(name, ".lock")) files.push_back(name);
  }
  return files;
}

Outcome ClientTest::Run(const std::vector<std::string>& arguments) {
  std::istringstream in(typed_);
  std::ostringstream out;
  std::ostringstream err;
  World world{in,           out,    err,
              environment_, clock_, absl::FixedTimeZone(3600),
              terminal_,    asks_,  [this] { return width_; },
              wait_};
  const ExitCode exit = RunCli(arguments, world);
  return {exit, out.str(), err.str()};
}

Outcome ClientTest::RunWhile(const std::vector<std::string>& arguments,
                             const std::function<void()>& other) {
  std::future<Outcome> outcome =
      std::async(std::launch::async, [this, &arguments] { return Run(arguments); });
  other();
  return outcome.get();
}

}  // namespace mesolys::client
