#ifndef MESOLYS_TESTS_FAKES_TEST_CA_H_
#define MESOLYS_TESTS_FAKES_TEST_CA_H_

// A certificate authority of one test, made by deploy/throwaway-ca in a directory that goes away
// with it. It aborts when it cannot do its work: no test could go on. One thread.

#include <set>
#include <string>

#include "proto/runtime/tls_files.h"

namespace mesolys {

class TestCa {
 public:
  TestCa();
  ~TestCa();
  TestCa(const TestCa&) = delete;
  TestCa& operator=(const TestCa&) = delete;

  // The files of "service/scheduler", "user/alice" or "site/psmn", made when first asked for.
  TlsFiles Files(const std::string& identity);

  // The same, with a certificate that ended yesterday.
  TlsFiles ExpiredFiles(const std::string& identity);

  // Files with other names than the identities have, in the words of openssl: names "DNS:localhost,
  // URI:spiffe://elsewhere/user/alice", usage "clientAuth". New ones at each call.
  TlsFiles FilesNaming(const std::string& names, const std::string& usage);

  const std::string& directory() const { return directory_; }

 private:
  TlsFiles PathsOf(const std::string& identity) const;
  void Make(const std::string& arguments) const;
  void Run(const std::string& command) const;

  std::string directory_;
  std::set<std::string> made_;
  int named_count_ = 0;
};

}  // namespace mesolys

#endif  // MESOLYS_TESTS_FAKES_TEST_CA_H_
