#include "scheduler/call/json_entry.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/values/quoted.h"

namespace mesolys {
namespace {

using Json = nlohmann::json;
using division::CostSet;
using division::kAmountMax;
using division::kWeightScale;
using division::NameSet;

// The value as it is repeated to who wrote it, or that there is none.
std::string Told(const Json* value) {
  if (value == nullptr) return " is missing: it";
  if (value->is_string()) return absl::StrCat(" ", Quoted(value->get_ref<const std::string&>()));
  return value->is_structured() ? "" : absl::StrCat(" ", value->dump());
}

}  // namespace

JsonEntry::JsonEntry(absl::string_view list, size_t index, const Json& json,
                     std::initializer_list<absl::string_view> fields)
    : list_(list), index_(index), json_(json) {
  if (!json.is_object()) {
    Fail(absl::StrCat("must be an object with ", absl::StrJoin(fields, ", ")));
    return;
  }
  for (const auto& [key, value] : json.items()) {
    if (std::find(fields.begin(), fields.end(), key) == fields.end()) {
      Fail(
          absl::StrCat("unknown field ", Quoted(key), "; there are ", absl::StrJoin(fields, ", ")));
    }
  }
}

void JsonEntry::Fail(absl::string_view what) {
  if (!status_.ok()) return;
  std::string name = absl::StrCat(list_, "[", index_, "]");
  for (size_t i = 0; i < names_.size(); ++i) {
    absl::StrAppend(&name, i == 0 ? " (" : " ", Legible(names_[i]));
  }
  if (!names_.empty()) name += ")";
  status_ = absl::InvalidArgumentError(absl::StrCat(name, ": ", what));
}

std::string JsonEntry::Name(const char* field) {
  const Json* const value = Find(field);
  if (value != nullptr && value->is_string() && !value->get_ref<const std::string&>().empty()) {
    return value->get<std::string>();
  }
  Fail(absl::StrCat(field, " must be a string, and not empty"));
  return "";
}

int64_t JsonEntry::Amount(const char* field, std::optional<int64_t> otherwise) {
  const Json* const value = Find(field);
  if (value == nullptr && otherwise.has_value()) return *otherwise;
  std::optional<int64_t> amount;
  if (value != nullptr && value->is_number_unsigned()) {
    const auto number = value->get<uint64_t>();
    if (number <= uint64_t{kAmountMax}) amount = static_cast<int64_t>(number);
  } else if (value != nullptr && value->is_string()) {
    const std::string& text = value->get_ref<const std::string&>();
    int64_t number = 0;
    if (!text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
        absl::SimpleAtoi(text, &number) && number <= kAmountMax) {
      amount = number;
    }
  }
  if (amount.has_value()) return *amount;
  Fail(absl::StrCat(field, Told(value), " must be a whole number from 0 to 2^62 = ", kAmountMax));
  return 0;
}

int64_t JsonEntry::Integer(const char* field, int64_t otherwise) {
  const Json* const value = Find(field);
  if (value == nullptr) return otherwise;
  if (value->is_number_unsigned() && value->get<uint64_t>() <= uint64_t{INT64_MAX}) {
    return static_cast<int64_t>(value->get<uint64_t>());
  }
  if (value->is_number_integer() && !value->is_number_unsigned()) return value->get<int64_t>();
  Fail(absl::StrCat(field, Told(value), " must be a whole number of 64 bits"));
  return 0;
}

int64_t JsonEntry::Weight(const char* field) {
  const Json* const value = Find(field);
  if (value != nullptr && value->is_number()) {
    const auto points = value->get<double>();
    if (points > 0 && points <= 1e6) {
      const int64_t weight = std::llround(points * static_cast<double>(kWeightScale));
      if (weight > 0) return weight;
    }
  }
  Fail(absl::StrCat(field, Told(value), " must be a number from 0.000001 to 1000000"));
  return 1;
}

double JsonEntry::CostIn(absl::string_view what, const Json& value) {
  if (value.is_number() && std::isfinite(value.get<double>()) && value.get<double>() >= 0) {
    return value.get<double>();
  }
  Fail(absl::StrCat(what, Told(&value), " must be a number of at least 0"));
  return 0;
}

double JsonEntry::Cost(const char* field) {
  const Json* const value = Find(field);
  return value == nullptr ? 0 : CostIn(field, *value);
}

bool JsonEntry::Flag(const char* field) {
  const Json* const value = Find(field);
  if (value == nullptr) return false;
  if (!value->is_boolean()) {
    Fail(absl::StrCat(field, Told(value), " must be true or false"));
    return false;
  }
  return value->get<bool>();
}

int32_t JsonEntry::OneOf(const char* field, const Numbers& known) {
  const Json* const value = Find(field);
  if (value == nullptr) return -1;
  const auto it =
      value->is_string() ? known.find(value->get_ref<const std::string&>()) : known.end();
  if (it != known.end()) return static_cast<int32_t>(it->second);
  Fail(absl::StrCat(field, Told(value), " is in no pool"));
  return -1;
}

NameSet JsonEntry::Names(const char* field, const Numbers& known) {
  NameSet set;
  const Json* const value = Find(field);
  if (value == nullptr) return set;
  if (!value->is_array()) {
    Fail(absl::StrCat(field, " must be an array of names"));
    return set;
  }
  for (const Json& name : *value) {
    const auto it = name.is_string() ? known.find(name.get_ref<const std::string&>()) : known.end();
    if (it == known.end()) {
      Fail(absl::StrCat(field, Told(&name), " is in no pool"));
      return set;
    }
    set.push_back(it->second);
  }
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
  return set;
}

CostSet JsonEntry::Costs(const char* field, const Numbers& known) {
  CostSet costs;
  const Json* const value = Find(field);
  if (value == nullptr) return costs;
  if (!value->is_object()) {
    Fail(absl::StrCat(field, " must be an object with a cost for each site"));
    return costs;
  }
  for (const auto& [name, cost] : value->items()) {
    const auto it = known.find(name);
    if (it == known.end()) {
      Fail(absl::StrCat(field, " ", Quoted(name), " is in no pool"));
      return costs;
    }
    costs.push_back({it->second, CostIn(absl::StrCat(field, " ", Quoted(name)), cost)});
  }
  std::sort(costs.begin(), costs.end());
  return costs;
}

const Json* JsonEntry::Find(const char* field) const {
  if (!json_.is_object()) return nullptr;
  const auto it = json_.find(field);
  return it == json_.end() ? nullptr : &*it;
}

}  // namespace mesolys
