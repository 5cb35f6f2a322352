#ifndef MESOLYS_SCHEDULER_CORE_LEDGER_SITES_H_
#define MESOLYS_SCHEDULER_CORE_LEDGER_SITES_H_

// The sites' book: when each did not work, what it was told to read anew, which of its rows were
// dismissed, since when it shall hold what it shall hold, and when what it has used was last
// corrected. Pure.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "scheduler/core/facts/event.h"
#include "scheduler/core/ledger/folding.h"

namespace mesolys {

class Sites {
 public:
  // Incidents and maintenance, by number.
  const std::vector<SiteWindow>& windows() const { return windows_; }
  // Spans of accounting that were ordered to be read anew, by number.
  const std::vector<ImportEntry>& imports() const { return imports_; }
  // Rows that hold nothing back any more, of all sites, in the order of time.
  const std::vector<DismissalEntry>& dismissals() const { return dismissals_; }
  // The revision of the last event that changed what a site shall hold; 0 for none.
  int64_t Generation(absl::string_view site) const;
  absl::Time GenerationTime(absl::string_view site) const;
  // The revision of the last event that changed what a site has used, its own reports of more use
  // aside: what may be spent there changed with it. 0 for none.
  int64_t CorrectionRevision(absl::string_view site) const;

 protected:
  void On(const CatalogueAdopted& event, const Folding& at);
  void On(const WindowDeclared& event, const Folding& at);
  void On(const ImportOrdered& event, const Folding& at);
  void On(const ImportEnded& event, const Folding& at);
  void On(const RowsDismissed& event, const Folding& at);
  void On(const Marks& marks, const Folding& at);

 private:
  std::vector<SiteWindow> windows_;
  std::vector<ImportEntry> imports_;  // by number - 1
  std::vector<DismissalEntry> dismissals_;
  std::map<std::string, std::pair<int64_t, absl::Time>, std::less<>> generations_;
  std::map<std::string, int64_t, std::less<>> corrections_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_LEDGER_SITES_H_
