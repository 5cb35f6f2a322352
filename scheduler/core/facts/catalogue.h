#ifndef MESOLYS_SCHEDULER_CORE_FACTS_CATALOGUE_H_
#define MESOLYS_SCHEDULER_CORE_FACTS_CATALOGUE_H_

// Everything that another mesocentre would set differently: institutions, programmes, sites,
// capacities, rates, thresholds, roles. A value; adopted by an event, so that a change of the file
// is a fact with a date. Pure; any thread.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "proto/values/charging.h"
#include "proto/values/period.h"
#include "proto/values/quantity.h"
#include "scheduler/core/facts/month.h"

namespace mesolys {

struct Programme {
  std::string title;
  bool dynamic = false;         // takes requests at any time, decided at once
  bool calls = false;           // takes requests within calls
  NormalisedSeconds threshold;  // of dynamic access, per PI, over 12 months, all sites
  Amount storage_max;           // bytes per project and tier that dynamic access gives
  Amount support_max;           // person-seconds per PI over 12 months that dynamic access gives
  int period_days_max = 0;      // 0: no limit
  int team_min = 0;             // researchers in a project; 0: no limit
  int team_max = 0;             // 0: no limit
  bool supervisor_required = false;
  PartsPerMillion bonus;     // of a grant, to be spent beyond it at low priority
  int grace_days = 0;        // after the end of a grant in which it may still be extended
  int late_days_warned = 0;  // behind the straight line of use, from which on a project is warned
  int late_days_max = 0;     // and beyond which the excess is given back; 0: never
  int notice_days = 0;       // between the notice and that
  PartsPerMillion weight{1'000'000};  // beside that of other programmes, in Slurm's shares
  bool eco = false;                   // its jobs may run in a site's eco QOS

  friend bool operator==(const Programme&, const Programme&) = default;
};

struct DataClass {
  std::string title;
  std::vector<std::string> certifications;  // what a site must have to hold it

  friend bool operator==(const DataClass&, const DataClass&) = default;
};

// So many cores, GPUs, persons or bytes from one day on, until the next line of the same resource.
struct Capacity {
  std::string resource;
  absl::Time from;
  int64_t units = 0;
  PartsPerMillion availability;  // of a flow; 1,000,000 for a stock

  friend bool operator==(const Capacity&, const Capacity&) = default;
};

struct Site {
  std::string title;
  std::vector<std::string> clusters;
  std::vector<std::string> certifications;
  int pue_milli = 0;                 // 0: not measured
  int64_t cores_per_gpu = 0;         // of cpu that comes with a GPU asked alone
  std::string gpu_model;             // what an untyped GPU is; empty: the site has none
  bool gpu_jobs_pay_cpu = true;      // the site's `charge` setting
  NodeShape node_share;              // by which cpu is charged; no cores: by cores alone
  std::vector<int64_t> admin_uids;   // who they cancel is refunded
  std::vector<Capacity> capacities;  // by resource, then date
  GpuNames gpu_names{};              // what types of GPUs are that are no resources of their own

  friend bool operator==(const Site&, const Site&) = default;

  ChargeRule Charges() const { return {gpu_model, gpu_jobs_pay_cpu, node_share, gpu_names}; }
};

// No weight and no institution factor is larger.
inline constexpr PartsPerMillion kWeightMax{1'000'000'000};

// Normalised seconds of one base unit of a resource, from one day on.
struct NormalisationRate {
  std::string resource;
  absl::Time from;
  PartsPerMillion rate;

  friend bool operator==(const NormalisationRate&, const NormalisationRate&) = default;
};

struct Catalogue {
  std::string title;
  std::string time_zone;                 // months are this zone's
  Month first_month;                     // of month_starts
  std::vector<absl::Time> month_starts;  // consecutive; the last one only ends the month before
  PartsPerMillion dynamic_reserve;  // share of each month's capacity released to dynamic access
  std::map<std::string, std::string> institutions;  // id -> title
  // By id; 1 for one that is not there. A factor of the weight of its projects.
  std::map<std::string, PartsPerMillion> institution_factors;
  std::map<std::string, Programme> programmes;
  std::map<std::string, DataClass> data_classes;
  std::string default_data_class;
  std::map<std::string, Site> sites;
  std::vector<NormalisationRate> rates;                   // by resource, then date
  std::map<std::string, std::vector<std::string>> roles;  // user -> roles of the whole mesocentre

  friend bool operator==(const Catalogue&, const Catalogue&) = default;

  // Nothing for a cluster that no site has.
  std::optional<std::string> SiteOfCluster(absl::string_view cluster) const;

  // The month that contains `time`; the first or last one for a time outside the catalogue's
  // months.
  Month MonthAt(absl::Time time) const;
  // Empty for a month outside the catalogue.
  Period PeriodOf(Month month) const;
  // What month_starts covers.
  Period Horizon() const;

  // Whether the site ever has the resource.
  bool Offers(const Site& site, absl::string_view resource) const;

  // Whether jobs there can be of the resource: the site ever has it, or there is a rate of it. GPUs
  // alone may be of none, for they come by the names that sites give.
  bool Knows(absl::string_view site, absl::string_view resource) const;

  // Whether the site may hold data of the class; both are known.
  bool IsCertified(absl::string_view site, absl::string_view data_class) const;

  // What a site can give of a resource within `period`, which lies in one month: units x seconds x
  // availability of a flow, the least stock within the period of a stock. Rounded down.
  Amount CapacityOf(const Site& site, absl::string_view resource, const Period& period) const;

  // The same of a whole month; 0 for a site or a month that it does not know.
  Amount CapacityIn(absl::string_view site, absl::string_view resource, Month month) const;

  // 0 for a resource without a rate at that time.
  PartsPerMillion RateOf(absl::string_view resource, absl::Time time) const;

  bool HasRole(absl::string_view user, absl::string_view role) const;
};

// INVALID_ARGUMENT for a catalogue that contradicts itself: an identifier of the wrong form, a
// cluster of two sites, a class without a site's certification spelled right, a GPU model without
// capacity, a type of GPU that is a resource and a part of another, months that do not follow one
// another.
absl::Status CheckCatalogue(const Catalogue& catalogue);

// amount x rate, rounded up: a threshold is never passed by rounding.
NormalisedSeconds Normalise(Amount amount, PartsPerMillion rate);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FACTS_CATALOGUE_H_
