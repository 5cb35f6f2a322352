#ifndef MESOLYS_CLIENT_SESSION_EXIT_CODE_H_
#define MESOLYS_CLIENT_SESSION_EXIT_CODE_H_

// How the program ends. Scripts rely on the numbers: they never change.

namespace mesolys::client {

enum class ExitCode {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,           // the command line or the configuration is wrong
  kRefused = 3,         // by a rule of the mesocentre
  kNotFound = 4,        // the thing does not exist, or is not shown to the caller
  kNotAllowed = 5,      // the caller may not, or did not prove who they are
  kUnreachable = 6,     // nothing was applied: no byte was sent, or the call only reads
  kOutcomeUnknown = 7,  // a change was sent and not answered; its key is kept
  kInterrupted = 130,
};

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_SESSION_EXIT_CODE_H_
