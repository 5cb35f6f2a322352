#include "tests/scheduler/core/call/division/linear_programs.h"

#include <glpk.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>

namespace mesolys::division {
namespace {

bool Has(const NameSet& set, uint32_t name) {
  return set.empty() || std::find(set.begin(), set.end(), name) != set.end();
}

// Rows: what a claim gets less its weight times the level, then what a pool gives. Columns: the
// level, then one of each allowed pair.
class Program {
 public:
  explicit Program(const Problem& problem) : problem_(problem), program_(glp_create_prob()) {
    glp_term_out(GLP_OFF);
    const int claims = static_cast<int>(problem.claims.size());
    const int pools = static_cast<int>(problem.pools.size());
    if (claims + pools > 0) glp_add_rows(program_, claims + pools);
    glp_add_cols(program_, 1);
    glp_set_col_bnds(program_, 1, GLP_LO, 0, 0);
    for (int pool = 0; pool < pools; ++pool) {
      glp_set_row_bnds(program_, claims + pool + 1, GLP_UP, 0,
                       static_cast<double>(problem.pools[static_cast<size_t>(pool)].capacity));
    }
    for (int i = 0; i < claims; ++i) {
      const Claim& claim = problem.claims[static_cast<size_t>(i)];
      for (int p = 0; p < pools; ++p) {
        const Pool& pool = problem.pools[static_cast<size_t>(p)];
        if (!Has(problem.site_sets[claim.site_set], pool.site) ||
            !Has(problem.period_sets[claim.period_set], pool.period)) {
          continue;
        }
        const int column = glp_add_cols(program_, 1);
        glp_set_col_bnds(program_, column, GLP_LO, 0, 0);
        const int rows[] = {0, i + 1, claims + p + 1};
        const double values[] = {0, 1, 1};
        glp_set_mat_col(program_, column, 2, rows, values);
        columns_.push_back({column, i, CostOf(problem, claim.cost_set, pool)});
      }
    }
  }
  ~Program() { glp_delete_prob(program_); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // amount ≥ weight × level of the active claims; what the others get is fixed.
  void Bound(const std::vector<std::optional<double>>& fixed) {
    std::vector<int> rows = {0};
    std::vector<double> values = {0};
    for (size_t i = 0; i < fixed.size(); ++i) {
      const int row = static_cast<int>(i) + 1;
      if (fixed[i].has_value()) {
        // A hair less, for in doubles the sum may not fit into the pool that it fills.
        const double value = *fixed[i];
        glp_set_row_bnds(program_, row, GLP_DB, value * (1 - 1e-9), value * (1 + 1e-9) + 1e-9);
      } else {
        glp_set_row_bnds(program_, row, GLP_LO, 0, 0);
        rows.push_back(row);
        values.push_back(-WeightOf(i));
      }
    }
    glp_set_mat_col(program_, 1, static_cast<int>(rows.size()) - 1, rows.data(), values.data());
  }

  // The highest level that the active claims can have, none of them more than they ask.
  double HighestLevel(const std::vector<std::optional<double>>& fixed) {
    double most = std::numeric_limits<double>::infinity();
    for (size_t i = 0; i < fixed.size(); ++i) {
      if (!fixed[i].has_value()) {
        most = std::min(most, static_cast<double>(problem_.claims[i].amount) / WeightOf(i));
      }
    }
    Level(0, most);
    Objective(GLP_MAX, [](const Column& column) { return column.number == 1 ? 1.0 : 0.0; });
    return Solve();
  }

  // The most that one claim can get while nobody has less than `level`.
  double Most(int claim, double level) {
    Level(level, level);
    Objective(GLP_MAX, [&](const Column& column) { return column.claim == claim ? 1.0 : 0.0; });
    return Solve();
  }

  double Cheapest() {
    Level(0, 0);
    Objective(GLP_MIN, [](const Column& column) { return column.cost; });
    return Solve();
  }

  double WeightOf(size_t claim) const {
    return static_cast<double>(problem_.claims[claim].weight) / static_cast<double>(kWeightScale);
  }

 private:
  struct Column {
    int number = 1;
    int claim = -1;
    double cost = 0;
  };

  void Level(double least, double most) {
    glp_set_col_bnds(program_, 1, least == most ? GLP_FX : GLP_DB, least, most);
  }

  template <typename Coefficient>
  void Objective(int direction, Coefficient coefficient) {
    glp_set_obj_dir(program_, direction);
    glp_set_obj_coef(program_, 1, coefficient(Column()));
    for (const Column& column : columns_) {
      glp_set_obj_coef(program_, column.number, coefficient(column));
    }
  }

  double Solve() {
    glp_smcp parameters;
    glp_init_smcp(&parameters);
    parameters.msg_lev = GLP_MSG_OFF;
    glp_std_basis(program_);
    if (glp_simplex(program_, &parameters) != 0 || glp_get_status(program_) != GLP_OPT) {
      std::fprintf(stderr, "GLPK found no optimum: status %d\n", glp_get_status(program_));
      std::abort();
    }
    return glp_get_obj_val(program_);
  }

  const Problem& problem_;
  glp_prob* program_;
  std::vector<Column> columns_;
};

}  // namespace

std::vector<double> LeximinByPrograms(const Problem& problem) {
  Program program(problem);
  std::vector<std::optional<double>> fixed(problem.claims.size());
  size_t active = fixed.size();
  while (active > 0) {
    program.Bound(fixed);
    const double level = program.HighestLevel(fixed);
    std::vector<size_t> ended;
    for (size_t i = 0; i < fixed.size(); ++i) {
      if (fixed[i].has_value()) continue;
      const double share = program.WeightOf(i) * level;
      const double slack = 1e-6 * (1 + share);
      if (static_cast<double>(problem.claims[i].amount) <= share + slack ||
          program.Most(static_cast<int>(i), level * (1 - 1e-9)) <= share + slack) {
        ended.push_back(i);
      }
    }
    if (ended.empty()) std::abort();  // at the highest level, somebody can have no more
    for (const size_t i : ended) fixed[i] = program.WeightOf(i) * level;
    active -= ended.size();
  }
  std::vector<double> amounts;
  for (const std::optional<double>& amount : fixed) amounts.push_back(*amount);
  return amounts;
}

double LeastCost(const Problem& problem, const std::vector<int64_t>& awards) {
  Program program(problem);
  std::vector<std::optional<double>> fixed;
  for (const int64_t award : awards) fixed.push_back(static_cast<double>(award));
  program.Bound(fixed);
  return program.Cheapest();
}

}  // namespace mesolys::division
