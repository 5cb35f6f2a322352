#ifndef MESOLYS_TESTS_CLIENT_CLIENT_FIXTURE_H_
#define MESOLYS_TESTS_CLIENT_CLIENT_FIXTURE_H_

// The client program against the scheduler of ClientWorld over mutual TLS on loopback, in one
// process. One thread.

#include <functional>
#include <string>
#include <vector>

#include "client/session/exit_code.h"
#include "client/session/session.h"
#include "gtest/gtest.h"
#include "tests/client/client_world.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/test_ca.h"

namespace mesolys::client {

// What one run of the program left behind.
struct Outcome {
  ExitCode exit = ExitCode::kDone;
  std::string out;
  std::string err;
};

class ClientTest : public ::testing::Test {
 protected:
  ClientTest();

  // Runs `mesolys <arguments>` as alice, at 2026-11-21 10:00 in a zone one hour east of Greenwich.
  Outcome Run(const std::vector<std::string>& arguments);
  // The same, while somebody else does something that it waits for.
  Outcome RunWhile(const std::vector<std::string>& arguments, const std::function<void()>& other);

  void StopServer() { scheduler_.Stop(); }
  // The configuration of a user, made when first asked for; returns its path.
  std::string WriteConfig(const std::string& user);
  // Makes `user` the caller of Run.
  void ActAs(const std::string& user);
  // The files that are kept for changes without an answer.
  std::vector<std::string> KeptFiles() const;

  std::string target() const { return scheduler_.target(); }
  std::string state_dir() const { return ca_.directory() + "/state"; }

  TestCa ca_;
  ManualClock clock_;
  ClientWorld scheduler_;
  Environment environment_;
  bool terminal_ = false;
  size_t width_ = 0;  // of it
  std::function<bool(absl::Duration)> wait_;
  // What the caller types, and whether they sit at a terminal.
  std::string typed_;
  bool asks_ = false;
};

}  // namespace mesolys::client

#endif  // MESOLYS_TESTS_CLIENT_CLIENT_FIXTURE_H_
