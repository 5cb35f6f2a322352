#ifndef MESOLYS_TESTS_DATA_HISTORY_H_
#define MESOLYS_TESTS_DATA_HISTORY_H_

// Ten months of a small mesocentre, in which everything happens that a ledger can record. One
// thread.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "scheduler/core/facts/catalogue.h"
#include "tests/data/chronicle.h"
#include "tests/data/weekly_jobs.h"

namespace mesolys {

class History {
 public:
  explicit History(Chronicle& chronicle) : chronicle_(chronicle), jobs_(chronicle) {}

  void Write();

 private:
  // In history.cc: how it begins.
  void AdoptTheFirstCatalogue();
  void OpenProjects();
  void AddMembers();
  void AskAtOnce();

  // In history_grants.cc: what becomes of the grants.
  void MoveCeilings();
  void ReleaseAndTransfer();
  void Revoke();
  void PayOverdrafts();
  void GiveBackWhatIsLate();
  void ExtendAndWriteOff();
  void RenewInGrace();
  void LeaveThingsOpen();

  // In history_office.cc: accounts, sites and the office itself.
  void LinkAccounts();
  void LoseJobs();
  void CloseForADay();
  void AskTheCommittee();
  void ImportAgain();
  void LendARole();
  void CloseProjects();
  void AdoptTheSmallerCatalogue();

  // The grant that a request of one line was given.
  int64_t Granted(const std::string& project, const std::string& resource, Amount amount,
                  const std::string& site, const Period& period);
  // The request of one line that waits for the committee.
  int64_t AskCall(const std::string& project, const std::string& resource, Amount amount,
                  const Period& period);

  Chronicle& chronicle_;
  WeeklyJobs jobs_;
  std::map<std::string, int64_t> grants_;  // by a name within this history
};

Amount HoursOf(int64_t hours);
// A request of one line.
Request RequestOf(const std::string& project, const std::string& resource, Amount amount,
                  const std::string& site, const Period& period);

// The mesocentre of the tests, with everything that a catalogue can say.
Catalogue HistoryCatalogue();

}  // namespace mesolys

#endif  // MESOLYS_TESTS_DATA_HISTORY_H_
