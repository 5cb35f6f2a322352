#ifndef MESOLYS_SCHEDULER_CORE_FIGURES_SITE_CHOICE_H_
#define MESOLYS_SCHEDULER_CORE_FIGURES_SITE_CHOICE_H_

// At which sites the lines of a request are granted: at one site if one can carry them all, else
// over as few as possible; a split goes where it says; storage follows compute; GPUs asked without
// cores bring their cores along. Pure.

#include <map>
#include <string>
#include <vector>

#include "proto/values/quantity.h"
#include "scheduler/core/facts/catalogue.h"

namespace mesolys {

// What one line may get, and where.
struct LineChoice {
  std::string resource;
  std::map<std::string, Amount> available;  // by allowed site
  Amount wanted;                            // at most the sum of `available`
  bool brings_cores = false;                // a GPU line of a request without cpu

  // The answer: its sum may fall short of `wanted` where storage must follow compute or cores run
  // out.
  std::map<std::string, Amount> granted;

  // Of a split: each site gives its share of `wanted` by what is available there, instead of the
  // roomiest as much as it can.
  bool is_split = false;
  // What is granted will follow its use to any of the allowed sites.
  bool any_of = false;

  Amount Granted() const;
};

// An amount over sites by their weights (Apportion): of a split, what each gets of less than all.
std::map<std::string, Amount> ShareOut(Amount amount, const std::map<std::string, Amount>& weights);

// The sites to which the ceilings of what the line is granted will follow the use, by name; none
// where they stay: space lies where its data are, and where there is no other site.
std::vector<std::string> FollowedBy(const LineChoice& line);
// The same of the cores that come with the GPUs.
std::vector<std::string> FollowedByCores(const Catalogue& catalogue,
                                         const std::vector<LineChoice>& lines);

// Fills `granted` of every line. `cores` is the cpu left by site; returns what of it the GPUs
// bring.
std::map<std::string, Amount> ChooseSites(const Catalogue& catalogue,
                                          const std::map<std::string, Amount>& cores,
                                          std::vector<LineChoice>& lines);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FIGURES_SITE_CHOICE_H_
