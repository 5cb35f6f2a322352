#include "scheduler/core/ledger/sites.h"

namespace mesolys {

int64_t Sites::Generation(absl::string_view site) const {
  const auto it = generations_.find(std::string(site));
  return it == generations_.end() ? 0 : it->second.first;
}

absl::Time Sites::GenerationTime(absl::string_view site) const {
  const auto it = generations_.find(std::string(site));
  return it == generations_.end() ? absl::UnixEpoch() : it->second.second;
}

int64_t Sites::CorrectionRevision(absl::string_view site) const {
  const auto it = corrections_.find(site);
  return it == corrections_.end() ? 0 : it->second;
}

void Sites::On(const CatalogueAdopted& event, const Folding& at) {
  for (const auto& [id, site] : event.catalogue.sites) at.marks.touched.push_back(id);
}

void Sites::On(const WindowDeclared& event, const Folding&) {
  Require(event.window.number == static_cast<int64_t>(windows_.size()) + 1);
  windows_.push_back(event.window);
}

void Sites::On(const ImportOrdered& event, const Folding& at) {
  Require(event.import.number == static_cast<int64_t>(imports_.size()) + 1);
  imports_.push_back({event.import, at.time});
  at.marks.touched.push_back(event.import.site);
}

void Sites::On(const ImportEnded& event, const Folding& at) {
  Require(event.number >= 1 && event.number <= static_cast<int64_t>(imports_.size()));
  ImportEntry& entry = imports_[static_cast<size_t>(event.number) - 1];
  Require(!entry.result.has_value());
  entry.result = event.result;
  entry.end_time = at.time;
  at.marks.touched.push_back(entry.import.site);
}

void Sites::On(const RowsDismissed& event, const Folding& at) {
  dismissals_.push_back({event.dismissal, at.time});
  at.marks.touched.push_back(event.dismissal.site);
}

void Sites::On(const Marks& marks, const Folding& at) {
  for (const std::string& site : marks.touched) generations_[site] = {at.revision, at.time};
  for (const std::string& site : marks.corrected) corrections_[site] = at.revision;
}

}  // namespace mesolys
