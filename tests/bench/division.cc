// How long a division takes, as processor time, for it is one thread of many: sizes of a call and
// beyond, minimums, one group for each claim, growth; and beside it, in the same run, what GLPK
// needs for the first of its many linear programs on 2,000 claims.

#include <glpk.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "scheduler/core/call/certificate.h"
#include "scheduler/core/call/division/division.h"
#include "tests/bench/measure.h"

namespace {

using mesolys::division::Claim;
using mesolys::division::Division;
using mesolys::division::NameSet;
using mesolys::division::Problem;

struct Shape {
  int claims = 0;
  uint32_t sites = 3;
  uint32_t periods = 12;
  int site_sets = 7;
  bool minimums = false;
  bool own_group = false;  // each claim its own
};

int64_t Pick(std::mt19937_64& random, int64_t most) {
  return std::uniform_int_distribution<int64_t>(0, most)(random);
}

NameSet RandomSet(std::mt19937_64& random, uint32_t names) {
  NameSet set;
  for (uint32_t i = 0; i < names; ++i) {
    if (Pick(random, 1) == 1) set.push_back(i);
  }
  return set;
}

// The sites whose bits are set.
NameSet SomeOfThree(uint32_t bits) {
  NameSet set;
  for (uint32_t i = 0; i < 3; ++i) {
    if ((bits >> i & 1) != 0) set.push_back(i);
  }
  return set;
}

// Twice as much asked as there is; windows of whole months.
Problem Make(const Shape& shape) {
  std::mt19937_64 random(7);
  Problem problem;
  for (uint32_t i = 0; i < shape.sites; ++i) problem.sites.push_back(absl::StrCat("s", i));
  for (uint32_t i = 0; i < shape.periods; ++i) problem.periods.push_back(absl::StrCat("p", 10 + i));
  const int sets = shape.own_group ? shape.claims : shape.site_sets;
  for (int i = 0; i < sets; ++i) {
    problem.site_sets.push_back(shape.site_sets == 7 && !shape.own_group
                                    ? SomeOfThree(static_cast<uint32_t>(i) + 1)
                                    : RandomSet(random, shape.sites));
  }
  if (shape.own_group) {
    for (int i = 0; i < sets; ++i) problem.period_sets.push_back(RandomSet(random, shape.periods));
  } else if (shape.sites < 10) {
    for (uint32_t from = 0; from < shape.periods; ++from) {
      NameSet window;
      for (uint32_t to = from; to < shape.periods; ++to) {
        window.push_back(to);
        problem.period_sets.push_back(window);
      }
    }
  }
  int64_t asked = 0;
  for (int i = 0; i < shape.claims; ++i) {
    Claim claim;
    claim.request = absl::StrCat("request-", i);
    claim.amount = 1 + Pick(random, 2'000'000);
    claim.weight = 100'000 + Pick(random, 2'900'000);
    claim.priority = Pick(random, 4);
    if (shape.minimums && i % 3 == 0) claim.minimum = claim.amount / 100 * Pick(random, 80);
    const auto last_site = static_cast<int64_t>(problem.site_sets.size()) - 1;
    const auto last_period = static_cast<int64_t>(problem.period_sets.size()) - 1;
    claim.site_set = static_cast<uint32_t>(shape.own_group ? i + 1 : Pick(random, last_site));
    claim.period_set = static_cast<uint32_t>(shape.own_group ? i + 1 : Pick(random, last_period));
    asked += claim.amount;
    problem.claims.push_back(claim);
  }
  // The first sites and periods have least, so that there are many levels.
  double parts = 0;
  const auto part = [&](uint32_t site, uint32_t period) {
    return std::pow((site + 1.0) / shape.sites, 2) * (period + 1.0) / shape.periods;
  };
  for (uint32_t site = 0; site < shape.sites; ++site) {
    for (uint32_t period = 0; period < shape.periods; ++period) parts += part(site, period);
  }
  for (uint32_t site = 0; site < shape.sites; ++site) {
    for (uint32_t period = 0; period < shape.periods; ++period) {
      const double capacity = static_cast<double>(asked) / 2 * part(site, period) / parts;
      problem.pools.push_back(
          {site, period, static_cast<int64_t>(capacity), 0.1 * (site + period)});
    }
  }
  return problem;
}

double Solve(const Problem& problem, size_t& levels, size_t& drops) {
  const std::clock_t start = std::clock();
  const Division division = mesolys::division::Divide(problem);
  const absl::Status valid = mesolys::Certify(problem, division);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  if (!valid.ok()) {
    std::fprintf(stderr, "%s\n", valid.ToString().c_str());
    std::exit(1);
  }
  levels = division.shares.size();
  drops = division.drops.size();
  return seconds;
}

double Print(const std::string& name, const Shape& shape, int runs, const char* wanted) {
  const Problem problem = Make(shape);
  size_t levels = 0;
  size_t drops = 0;
  const double seconds =
      mesolys::bench::MedianOf(runs, [&] { return Solve(problem, levels, drops); });
  std::printf("%-44s %9.1f ms  %-10s %4zu levels %6zu dropped\n", name.c_str(), seconds * 1e3,
              wanted, levels, drops);
  std::fflush(stdout);
  return seconds;
}

bool Has(const NameSet& set, uint32_t name) {
  if (set.empty()) return true;
  for (const uint32_t each : set) {
    if (each == name) return true;
  }
  return false;
}

// The highest level that all can have: the first program of the many that leximin takes.
double FirstProgram(const Problem& problem) {
  const std::clock_t start = std::clock();
  glp_term_out(GLP_OFF);
  glp_prob* const program = glp_create_prob();
  const int claims = static_cast<int>(problem.claims.size());
  glp_add_rows(program, claims + static_cast<int>(problem.pools.size()));
  glp_set_obj_dir(program, GLP_MAX);
  glp_add_cols(program, 1);
  glp_set_col_bnds(program, 1, GLP_LO, 0, 0);
  glp_set_obj_coef(program, 1, 1);
  std::vector<int> rows = {0};
  std::vector<double> values = {0};
  for (int i = 0; i < claims; ++i) {
    const Claim& claim = problem.claims[static_cast<size_t>(i)];
    glp_set_row_bnds(program, i + 1, GLP_LO, 0, 0);
    rows.push_back(i + 1);
    values.push_back(-static_cast<double>(claim.weight));
    for (size_t p = 0; p < problem.pools.size(); ++p) {
      if (!Has(problem.site_sets[claim.site_set], problem.pools[p].site) ||
          !Has(problem.period_sets[claim.period_set], problem.pools[p].period)) {
        continue;
      }
      const int column = glp_add_cols(program, 1);
      glp_set_col_bnds(program, column, GLP_LO, 0, 0);
      const int pair[] = {0, i + 1, claims + static_cast<int>(p) + 1};
      const double ones[] = {0, 1, 1};
      glp_set_mat_col(program, column, 2, pair, ones);
    }
  }
  for (size_t p = 0; p < problem.pools.size(); ++p) {
    glp_set_row_bnds(program, claims + static_cast<int>(p) + 1, GLP_UP, 0,
                     static_cast<double>(problem.pools[p].capacity));
  }
  glp_set_mat_col(program, 1, claims, rows.data(), values.data());
  glp_smcp parameters;
  glp_init_smcp(&parameters);
  parameters.msg_lev = GLP_MSG_OFF;
  parameters.tm_lim = 120'000;
  const int failed = glp_simplex(program, &parameters);
  glp_delete_prob(program);
  if (failed != 0) std::printf("GLPK did not end within 120 s\n");
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

}  // namespace

int main() {
  Print("1e5 claims x 3 sites x 12 periods", {.claims = 100'000}, 5, "<= 20");
  Print("1e5 x 100 x 12, 1,000 site sets", {.claims = 100'000, .sites = 100, .site_sets = 1'000}, 3,
        "<= 500");
  Print("1e6 x 3 x 12", {.claims = 1'000'000}, 3, "<= 200");
  Print("1e4 x 3 x 12, one group per claim", {.claims = 10'000, .own_group = true}, 1, "reported");
  Print("1e5 x 3 x 12, minimums on a third", {.claims = 100'000, .minimums = true}, 1, "reported");
  const double small = Print("growth: 1e4 x 3 x 12", {.claims = 10'000}, 7, "");
  const double large = Print("growth: 1e6 x 3 x 12", {.claims = 1'000'000}, 3, "");
  std::printf("slope of log time over log claims: %.2f (n log n: %.2f)\n",
              std::log(large / small) / std::log(100), std::log(100 * 1.5) / std::log(100));
  const Shape two_thousand = {.claims = 2'000};
  const double ours = Print("2e3 x 3 x 12", two_thousand, 7, "");
  const double glpk = FirstProgram(Make(two_thousand));
  std::printf("GLPK, first program of the same: %.1f ms, %.0f times as long\n", glpk * 1e3,
              glpk / ours);
}
