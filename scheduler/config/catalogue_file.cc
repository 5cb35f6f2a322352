#include "scheduler/config/catalogue_file.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/config/config_file.h"
#include "proto/values/amount_text.h"
#include "scheduler/config/month_starts.h"
#include "scheduler/store/row_hash.h"

namespace mesolys {
namespace {

constexpr int kMonthsDefault = 120;
constexpr int kMonthsMax = 1'200;
constexpr int64_t kStockMax = int64_t{1} << 60;
const std::set<std::string> kRoles = {"operator", "committee", "auditor", "officer", "reviewer"};

PartsPerMillion ToPpm(double share) { return PartsPerMillion(std::llround(share * 1e6)); }

// An amount as people say it, of the resource given.
Amount ReadAmount(ConfigTable& table, absl::string_view key, absl::string_view resource,
                  const std::string& otherwise) {
  const std::string text = table.Text(key, otherwise);
  absl::StatusOr<Amount> amount = ParseAmount(resource, text);
  if (amount.ok()) return *amount;
  table.Refuse(key, amount.status().message());
  return {};
}

// Refuses each of `values` that is not among `known`.
void CheckWords(ConfigTable& table, absl::string_view key, const std::vector<std::string>& values,
                const std::set<std::string>& known) {
  for (const std::string& value : values) {
    if (known.contains(value)) continue;
    table.Refuse(key, absl::StrCat("\"", value, "\" is none of ", absl::StrJoin(known, ", ")));
  }
}

class CatalogueReader {
 public:
  explicit CatalogueReader(ConfigTable root) : root_(std::move(root)) {}

  Catalogue Read() {
    catalogue_.title = root_.Text("title");
    catalogue_.time_zone = root_.Text("time_zone", "UTC");
    ReadMonths();
    catalogue_.dynamic_reserve = ToPpm(root_.Number("dynamic_reserve", 0, 1));
    for (auto& [id, title] : root_.NamedTexts("institutions")) {
      catalogue_.institutions[id] = title;
    }
    for (auto& [id, factor] : root_.NamedNumbers("institution_factors", 1e-3, 1e3)) {
      catalogue_.institution_factors[id] = ToPpm(factor);
    }
    catalogue_.default_data_class = root_.Text("default_data_class");
    for (auto& [id, table] : root_.NamedTables("data_classes")) {
      DataClass& data_class = catalogue_.data_classes[id];
      data_class.title = table.Text("title");
      data_class.certifications = table.Texts("certifications", std::vector<std::string>());
    }
    for (auto& [id, table] : root_.NamedTables("programmes")) {
      catalogue_.programmes[id] = ReadProgramme(table);
    }
    for (auto& [id, table] : root_.NamedTables("sites")) catalogue_.sites[id] = ReadSite(table);
    ReadRates();
    for (ConfigTable& person : root_.Tables("people")) {
      const std::vector<std::string> roles = person.Texts("roles");
      CheckWords(person, "roles", roles, kRoles);
      const std::string user = person.Text("user");
      if (!catalogue_.roles.emplace(user, roles).second) {
        person.Refuse("user", absl::StrCat(user, " is listed twice; give all roles in one place"));
      }
    }
    return std::move(catalogue_);
  }

 private:
  void ReadMonths() {
    const std::string first = root_.Text("first_month");
    const int64_t count = root_.Integer("months", 1, kMonthsMax, kMonthsDefault);
    int year = 0;
    int month = 0;
    const bool right =
        first.size() == 7 && first[4] == '-' && absl::SimpleAtoi(first.substr(0, 4), &year) &&
        absl::SimpleAtoi(first.substr(5), &month) && year >= 1970 && month >= 1 && month <= 12;
    if (!right) {
      root_.Refuse("first_month", "write it as \"2026-01\"");
      return;
    }
    catalogue_.first_month = Month(year, month);
    absl::StatusOr<std::vector<absl::Time>> starts =
        MonthStarts(catalogue_.time_zone, catalogue_.first_month, static_cast<int>(count));
    if (starts.ok()) {
      catalogue_.month_starts = *std::move(starts);
    } else {
      root_.Refuse("time_zone", starts.status().message());
    }
  }

  // The day from which a line counts; the beginning of the catalogue when it does not say.
  absl::Time ReadFrom(ConfigTable& table) {
    const absl::CivilDay first(catalogue_.first_month.year(), catalogue_.first_month.month(), 1);
    absl::StatusOr<absl::Time> start = DayStart(catalogue_.time_zone, table.Date("from", first));
    return start.ok() ? *start : absl::UnixEpoch();  // the zone was refused already
  }

  Programme ReadProgramme(ConfigTable& table) {
    Programme programme;
    programme.title = table.Text("title");
    const std::vector<std::string> tracks = table.Texts("tracks");
    CheckWords(table, "tracks", tracks, {"calls", "dynamic"});
    programme.dynamic = std::find(tracks.begin(), tracks.end(), "dynamic") != tracks.end();
    programme.calls = std::find(tracks.begin(), tracks.end(), "calls") != tracks.end();
    programme.threshold = NormalisedSeconds(ReadAmount(table, "threshold", "cpu", "0h").count());
    programme.storage_max = ReadAmount(table, "storage_max", "storage-any", "0TB");
    programme.support_max = ReadAmount(table, "support_max", "support", "0d");
    programme.period_days_max = static_cast<int>(table.Integer("period_days_max", 0, 36'500, 0));
    programme.team_min = static_cast<int>(table.Integer("team_min", 0, 10'000, 0));
    programme.team_max = static_cast<int>(table.Integer("team_max", 0, 10'000, 0));
    programme.supervisor_required = table.Flag("supervisor_required", false);
    programme.bonus = ToPpm(table.Number("bonus", 0, 1, 0.25));
    programme.grace_days = static_cast<int>(table.Integer("grace_days", 0, 366, 30));
    programme.late_days_warned = static_cast<int>(table.Integer("late_days_warned", 0, 3660, 30));
    programme.late_days_max = static_cast<int>(table.Integer("late_days_max", 0, 3660, 60));
    programme.notice_days = static_cast<int>(table.Integer("notice_days", 0, 3660, 14));
    programme.weight = ToPpm(table.Number("weight", 1e-3, 1e3, 1));
    programme.eco = table.Flag("eco", false);
    return programme;
  }

  Site ReadSite(ConfigTable& table) {
    Site site;
    site.title = table.Text("title");
    site.clusters = table.Texts("clusters");
    site.certifications = table.Texts("certifications", std::vector<std::string>());
    site.pue_milli = static_cast<int>(std::llround(table.Number("pue", 0, 10, 0) * 1e3));
    site.cores_per_gpu = table.Integer("cores_per_gpu", 0, 1'024, 0);
    site.gpu_model = table.Text("gpu_model", "");
    const std::vector<std::string> charge =
        table.Texts("charge", std::vector<std::string>{"cpu", "gpu"});
    CheckWords(table, "charge", charge, {"cpu", "gpu"});
    if (table.Has("node_share")) {
      ConfigTable node = table.Table("node_share");
      site.node_share.cores = node.Integer("cores", 1, 1'000'000);
      site.node_share.memory_bytes = ReadAmount(node, "memory", "storage-any", "0TB").count();
      site.node_share.gpus = node.Integer("gpus", 0, 1'000, 0);
    }
    for (auto& [name, part] : table.NamedTables("gpu_names")) {
      site.gpu_names[name] = ReadGpuPart(part);
    }
    site.admin_uids = table.Integers("admin_uids", 0, int64_t{1} << 32, std::vector<int64_t>());
    site.gpu_jobs_pay_cpu = std::find(charge.begin(), charge.end(), "cpu") != charge.end();
    for (ConfigTable& line : table.Tables("capacity"))
      site.capacities.push_back(ReadCapacity(line));
    std::stable_sort(site.capacities.begin(), site.capacities.end(),
                     [](const Capacity& a, const Capacity& b) {
                       return std::tie(a.resource, a.from) < std::tie(b.resource, b.from);
                     });
    return site;
  }

  GpuPart ReadGpuPart(ConfigTable& table) {
    GpuPart part;
    part.resource = table.Text("resource");
    const auto share = ParseGpuShare(table.Text("share", "1"));
    if (share.ok()) {
      std::tie(part.parts, part.whole) = *share;
    } else {
      table.Refuse("share", share.status().message());
    }
    return part;
  }

  Capacity ReadCapacity(ConfigTable& line) {
    Capacity capacity;
    capacity.resource = line.Text("resource");
    if (line.Has("size")) {
      capacity.units = ReadAmount(line, "size", "storage-any", "0TB").count();
      if (capacity.resource.rfind("storage-", 0) != 0) {
        line.Refuse("size", "is for storage-<tier>; give units of other resources");
      }
    } else {
      capacity.units = line.Integer("units", 0, kStockMax);
    }
    capacity.availability = ToPpm(line.Number("availability", 0, 1, 1.0));
    capacity.from = ReadFrom(line);
    return capacity;
  }

  void ReadRates() {
    for (ConfigTable& table : root_.Tables("rates")) {
      catalogue_.rates.push_back(
          {table.Text("resource"), ReadFrom(table), ToPpm(table.Number("rate", 0, 100))});
    }
    std::stable_sort(catalogue_.rates.begin(), catalogue_.rates.end(),
                     [](const NormalisationRate& a, const NormalisationRate& b) {
                       return std::tie(a.resource, a.from) < std::tie(b.resource, b.from);
                     });
  }

  ConfigTable root_;
  Catalogue catalogue_;
};

absl::StatusOr<AdoptCatalogue> ReadFrom(const ConfigFile& file, const std::string& name) {
  Catalogue catalogue = CatalogueReader(file.root()).Read();
  if (absl::Status status = file.Finish(); !status.ok()) return status;
  if (absl::Status status = CheckCatalogue(catalogue); !status.ok()) {
    return absl::Status(status.code(), absl::StrCat(name, ": ", status.message()));
  }
  return AdoptCatalogue{std::move(catalogue), file.text(), Sha256(file.text())};
}

}  // namespace

absl::StatusOr<AdoptCatalogue> LoadCatalogue(const std::string& path) {
  absl::StatusOr<ConfigFile> file = ConfigFile::Load(path);
  if (!file.ok()) return file.status();
  return ReadFrom(*file, path);
}

absl::StatusOr<AdoptCatalogue> ParseCatalogue(const std::string& name, const std::string& text) {
  absl::StatusOr<ConfigFile> file = ConfigFile::Parse(name, text);
  if (!file.ok()) return file.status();
  return ReadFrom(*file, name);
}

}  // namespace mesolys
