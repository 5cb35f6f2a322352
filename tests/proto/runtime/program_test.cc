#include "proto/runtime/program.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace mesolys {
namespace {

bool Shows(const std::map<std::string, std::string>& environment) {
  return ShowsUtf8([&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  });
}

TEST(ProgramTest, ShowsUtf8WhereTheFirstLocaleThatIsNamedSaysSo) {
  EXPECT_TRUE(Shows({{"LANG", "fr_FR.UTF-8"}}));
  EXPECT_TRUE(Shows({{"LC_CTYPE", "C.utf8"}, {"LANG", "C"}}));
  EXPECT_TRUE(Shows({{"LC_ALL", ""}, {"LANG", "en_GB.UTF-8"}}));
  EXPECT_FALSE(Shows({{"LC_ALL", "C"}, {"LANG", "fr_FR.UTF-8"}}));
  EXPECT_FALSE(Shows({{"LANG", "fr_FR.ISO-8859-15"}}));
  EXPECT_FALSE(Shows({}));
}

TEST(ProgramTest, ASignalToStopIsTakenWhereItIsWaitedFor) {
  sigset_t before;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  {
    const StopSignals signals;
    pthread_kill(pthread_self(), SIGTERM);
    signals.Wait();
    pthread_kill(pthread_self(), SIGINT);
    signals.Wait();
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace
}  // namespace mesolys
