#include "agent/reconcile/use_sum.h"

#include <algorithm>

namespace mesolys::agent {
namespace {

void Add(Amount more, Amount& sum) { AddBounded(more, sum); }

void Add(const Spent& more, Spent& sum) {
  AddBounded(more.least, sum.least);
  AddBounded(more.most, sum.most);
}

template <typename Map>
void AddEach(const Map& more, Map& sum) {
  for (const auto& [whose, each] : more) Add(each, sum[whose]);
}

Amount Excess(Amount all, Amount part) { return std::max(Amount(), all - part); }

Spent Excess(const Spent& all, const Spent& part) {
  return {Excess(all.least, part.least), Excess(all.most, part.most)};
}

template <typename Map>
Map ExcessOfEach(const Map& all, const Map& part) {
  Map excess;
  for (const auto& [whose, each] : all) {
    const auto less = part.find(whose);
    excess[whose] = less == part.end() ? each : Excess(each, less->second);
  }
  return excess;
}

}  // namespace

void AddBounded(Amount more, Amount& sum) {
  sum = std::min(sum + std::min(more, kSumMax), kSumMax);
}

void AddBounded(const SiteUse& more, SiteUse& sum) {
  AddEach(more.grants, sum.grants);
  AddEach(more.logins, sum.logins);
  AddEach(more.spent, sum.spent);
  AddEach(more.login_spent, sum.login_spent);
}

SiteUse ExcessOf(const SiteUse& all, const SiteUse& part) {
  SiteUse excess;
  excess.grants = ExcessOfEach(all.grants, part.grants);
  excess.logins = ExcessOfEach(all.logins, part.logins);
  excess.spent = ExcessOfEach(all.spent, part.spent);
  excess.login_spent = ExcessOfEach(all.login_spent, part.login_spent);
  return excess;
}

}  // namespace mesolys::agent
