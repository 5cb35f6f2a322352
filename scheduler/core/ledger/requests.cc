#include "scheduler/core/ledger/requests.h"

#include "scheduler/core/ledger/ledger.h"

namespace mesolys {
namespace {

const std::string& ProgrammeOf(const Request& request, const Ledger& ledger) {
  const ProjectEntry* project = ledger.FindProject(request.project);
  Require(project != nullptr);
  return project->project.programme;
}

}  // namespace

const RequestEntry* Requests::FindRequest(int64_t number) const {
  if (number < 1 || number >= next_request()) return nullptr;
  return &requests_[static_cast<size_t>(number - 1)];
}

RequestEntry& Requests::At(int64_t number) {
  Require(FindRequest(number) != nullptr);
  return requests_[static_cast<size_t>(number - 1)];
}

void Requests::On(const RequestSubmitted& event, const Folding& at) {
  Require(event.request.number == next_request());
  requests_.push_back({event.request, at.time, {}, {}});
  ++counts_[{ProgrammeOf(event.request, at.ledger), requests_.back().outcome.state}];
}

void Requests::On(const RequestDecided& event, const Folding& at) { SetOutcome(event.outcome, at); }

void Requests::On(const RequestWithdrawn& event, const Folding& at) {
  SetOutcome({event.request, RequestState::kWithdrawn, {}, event.reason}, at);
}

void Requests::On(const GrantIssued& event, const Folding&) {
  if (event.grant.request != 0) At(event.grant.request).grants.push_back(event.grant.number);
}

void Requests::SetOutcome(const RequestOutcome& outcome, const Folding& at) {
  RequestEntry& entry = At(outcome.request);
  const std::string& programme = ProgrammeOf(entry.request, at.ledger);
  --counts_[{programme, entry.outcome.state}];
  ++counts_[{programme, outcome.state}];
  entry.outcome = outcome;
  entry.decide_time = at.time;
}

}  // namespace mesolys
