#include "client/request/request_sites.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "client/frame/arguments.h"
#include "client/language/language.h"
#include "client/request/request_form.h"
#include "client/show/cells.h"
#include "proto/values/amount_text.h"
#include "proto/values/names.h"
#include "proto/values/quantity.h"

namespace mesolys::client {
namespace {

// Cores and GPUs may be had elsewhere; data and engineers stay where they are.
bool MayFollowItsUse(absl::string_view resource) {
  const ResourceKind kind = KindOf(resource);
  return kind == ResourceKind::kCpu || kind == ResourceKind::kGpu;
}

// "600h", or "cpu:600h" where it is of one resource among several.
absl::Status AddPart(const std::string& site, const std::string& text, v1::Request* request) {
  std::string amount_text = text;
  v1::RequestLine* line = request->mutable_lines(0);
  if (absl::StrContains(text, ':')) {
    const auto pair = ParsePair("--site", "SITE=RESOURCE:AMOUNT", ':', text);
    if (!pair.ok()) return pair.status();
    amount_text = pair->second;
    line = FindLine(request, pair->first);
    if (line == nullptr) {
      return absl::InvalidArgumentError(
          Tr("--site: $0 is not asked; say how much in all, as with --line $0=$1", pair->first,
             amount_text));
    }
  } else if (request->lines_size() > 1) {
    return absl::InvalidArgumentError(
        Tr("--site: several resources are asked; say of which it is, as in $0=$1:$2", site,
           line->resource(), text));
  }
  const absl::StatusOr<Amount> amount = ParseAmountOf("--site", line->resource(), amount_text);
  if (!amount.ok()) return amount.status();
  if (!line->mutable_site_base_units()->insert({site, amount->count()}).second) {
    return absl::InvalidArgumentError(
        Tr("--site: $0 is named twice for $1; say the sum once", site, line->resource()));
  }
  line->add_sites(site);
  return absl::OkStatus();
}

// That each split adds up.
absl::Status CheckParts(const v1::Request& request) {
  for (const v1::RequestLine& line : request.lines()) {
    int64_t sum = 0;
    for (const auto& [site, amount] : line.site_base_units()) {
      if (__builtin_add_overflow(sum, amount, &sum)) sum = line.amount_base_units() - 1;
    }
    if (line.site_base_units().empty() || sum == line.amount_base_units()) continue;
    const auto text = [&line](int64_t amount) {
      return FormatAmount(line.resource(), Amount(amount));
    };
    return absl::InvalidArgumentError(
        Tr("--site: $0 of $1 are asked, and $2 at the sites; the two must be the same",
           text(line.amount_base_units()), line.resource(), text(sum)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AddSites(const std::vector<std::string>& texts, v1::Request* request) {
  std::vector<std::string> sites;  // in the order in which they are named
  size_t part_count = 0;
  for (const std::string& text : texts) {
    std::string site = text;
    if (absl::StrContains(text, '=')) {
      const auto pair = ParsePair("--site", "SITE=AMOUNT", '=', text);
      if (!pair.ok()) return pair.status();
      site = pair->first;
      ++part_count;
    }
    if (absl::Status status = CheckId("--site", site); !status.ok()) return status;
    if (std::find(sites.begin(), sites.end(), site) == sites.end()) {
      sites.push_back(std::move(site));
    } else if (part_count == 0) {
      return absl::InvalidArgumentError(Tr("--site: $0 is named twice; once is enough", site));
    }
  }
  if (part_count > 0 && part_count < texts.size()) {
    return absl::InvalidArgumentError(
        Tr("--site: say how much for each site, as in SITE=600h, or for none of them"));
  }
  for (const std::string& text : texts) {
    if (part_count == 0) break;
    const auto pair = ParsePair("--site", "SITE=AMOUNT", '=', text);
    absl::Status status = AddPart(pair->first, pair->second, request);
    if (!status.ok()) return status;
  }
  if (absl::Status status = CheckParts(*request); !status.ok()) return status;
  for (v1::RequestLine& line : *request->mutable_lines()) {
    if (!line.site_base_units().empty()) continue;
    for (const std::string& site : sites) line.add_sites(site);
    line.set_any_of(MayFollowItsUse(line.resource()) && sites.size() != 1);
  }
  return absl::OkStatus();
}

Cell SitesCell(const v1::RequestLine& line) {
  const std::vector<std::string> sites(line.sites().begin(), line.sites().end());
  Cell cell = TextsCell(sites);
  if (line.any_of() && !sites.empty()) cell.text = Tr("any of $0", cell.text);
  if (line.site_base_units().empty()) return cell;
  const std::map<std::string, int64_t> sorted(line.site_base_units().begin(),
                                              line.site_base_units().end());
  std::vector<std::string> texts;
  texts.reserve(sorted.size());
  for (const auto& [site, amount] : sorted) {
    texts.push_back(absl::StrCat(TextCell(site).text, " ", AmountTextOf(line.resource(), amount)));
  }
  cell.text = absl::StrJoin(texts, ", ");
  return cell;
}

Cell CeilingSitesCell(const v1::Grant& grant) {
  std::vector<std::string> sites;
  std::vector<std::string> texts;
  for (const v1::Ceiling& ceiling : grant.ceilings()) {
    sites.push_back(ceiling.site());
    texts.push_back(absl::StrCat(TextCell(ceiling.site()).text, " ",
                                 AmountTextOf(grant.resource(), ceiling.wanted_base_units())));
  }
  Cell cell = TextsCell(sites);
  if (sites.size() > 1) cell.text = absl::StrJoin(texts, ", ");
  return cell;
}

}  // namespace mesolys::client
